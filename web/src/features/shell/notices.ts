/**
 * What the page itself says of a message while nobody looks at its chat: a sound, and where no push comes to this
 * device, a notification while the page is hidden. What was read, here or elsewhere, is shown no longer; the number
 * on the installed page's icon is that of the title.
 */
import { watch } from 'vue'
import { useConversations } from '@/features/conversations/conversations'
import { useChat } from '@/features/messages/chat'
import { takes } from '@/features/push/once'
import { usePush } from '@/features/push/push'
import { play } from '@/features/push/sound'
import { closeShown, onOpen, registration, tagOf } from '@/features/push/worker'
import { usePrivacy } from '@/features/settings/privacy'
import { t } from '@/i18n'
import { preview } from '@/i18n/preview'
import { Kind } from '@/protocol/codes'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { countsAsUnread, mentions, type Message } from '@/protocol/messages'
import { isQuiet } from '@/protocol/settings'
import { router } from '@/router'
import { useLive } from '@/state/live'

/** Milliseconds for which a tab that does not show the chat leaves a message to one that does. */
const AFTER_YOU = 200

/** Called once, by the chat page. */
export function tellOfMessages(): void {
  const live = useLive()
  const chat = useChat()
  const conversations = useConversations()
  const push = usePush()
  const privacy = usePrivacy()

  void push.begin()
  void privacy.load().catch(() => undefined)
  onOpen((path) => void router.push(path))

  live.events.on('arrival', ({ key, message }) => void told(key, message))

  async function told(key: ChatKey, message: Message): Promise<void> {
    const me = live.api.userId
    if (!countsAsUnread(message, me)) return
    if (document.visibilityState === 'visible' && chat.key === key) return void (await takes(message.id))
    if (live.inbox.get(key)?.muted && !mentions(message, me)) return
    if (isQuiet(privacy.settings?.quiet ?? '', Date.now())) return
    await new Promise((resolve) => setTimeout(resolve, AFTER_YOU))
    if (!(await takes(message.id))) return
    if (push.sound) void play().catch(() => undefined)
    if (push.mode === 'page' && document.visibilityState === 'hidden') await show(key, message)
  }

  async function show(key: ChatKey, message: Message): Promise<void> {
    const { kind = Kind.Single, dstid = 0 } = parseChatKey(key) ?? {}
    const hinted = privacy.settings?.push === 'none'
    const line = preview(message)
    const body = kind === Kind.Room ? `${conversations.nameIn(key, message.userid)}: ${line}` : line
    const title = hinted ? t('app.name') : conversations.target(key).title
    const options = {
      ...{ body: hinted ? t('push.message') : body, tag: tagOf(key), renotify: true },
      ...{ icon: '/asset/icons/icon-192.png', data: { kind, dstid, seq: message.seq } },
    }
    const worker = await registration()
    if (worker?.active) await worker.showNotification(title, options)
    else new Notification(title, options).addEventListener('click', () => window.focus())
  }

  watch(
    () => new Set(conversations.rows.filter((row) => row.unread > 0).map((row) => row.key)),
    (now, before) => {
      for (const key of before) if (!now.has(key)) void closeShown(key)
    },
  )

  // An icon has a number where the page is installed; elsewhere the browser does nothing.
  const badge = navigator as Navigator & { setAppBadge?: (count: number) => Promise<void> }
  watch(
    () => conversations.unread,
    (count) => void badge.setAppBadge?.(count).catch(() => undefined),
    { immediate: true },
  )
}
