/**
 * The names that authors of classic pages know from the `mui` toolkit, and nothing behind them:
 * each is one of `ui/`. What that toolkit never had (choosing, own dialogs) is only there.
 */
import { alert, confirm, prompt, toast } from '@/ui/dialogs'
import { previewImage } from '@/ui/dialogs/pictureViewer'

export const mui = { alert, confirm, previewImage, prompt, toast }
