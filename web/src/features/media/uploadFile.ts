/** Sends one file of the logged-in user (or an avatar before log-in) to the server. */
import { language } from '@/i18n'
import { sentences, useLive } from '@/state/live'
import { upload, type Stored, type UploadOptions } from '@/transport/upload'

export function uploadFile(
  file: Blob,
  name: string,
  options: Pick<UploadOptions, 'onProgress' | 'signal' | 'raw'> = {},
): Promise<Stored> {
  const live = useLive()
  return upload({
    file,
    name,
    userId: live.api.userId,
    token: live.token,
    language: language.value,
    sentences: sentences(),
    ...options,
  })
}
