/** What the user of the fake server keeps: favourites and stickers. */
import { chatKey } from '@/protocol/conversations'
import type { Favorite } from '@/protocol/favorites'
import { FakeStore, type Form } from './fake-store'

export class FakeKept extends FakeStore {
  /** The newest first. */
  favorites: Favorite[] = []
  /** The newest first. */
  stickers: { id: number; url: string }[] = []

  /** The answer to a call about them; null for any other. */
  protected answerKept(path: string, form: Form): object | null {
    switch (path) {
      case '/favorite/add': {
        const message = this.rows(chatKey(form.kind, form.dstid)).find(({ id }) => id === form.id)
        if (!message || message.recalled) return { code: -404, msg: '该消息不存在' }
        const kept = { id: (this.favorites[0]?.id ?? 0) + 1, message: { ...message }, createat: Date.now() }
        this.favorites = [kept, ...this.favorites]
        return { data: kept }
      }
      case '/favorite/list': {
        const { before = Infinity, q = '', limit } = form
        const found = this.favorites.filter(({ id, message }) => id < before && (message.content ?? '').includes(q))
        return { rows: found.slice(0, limit), data: { more: found.length > limit ? 1 : 0 } }
      }
      case '/favorite/remove': {
        const left = this.favorites.filter(({ id }) => id !== form.favorite)
        if (left.length === this.favorites.length) return { code: -404, msg: '该收藏不存在' }
        this.favorites = left
        return {}
      }
      case '/sticker/list':
        return { rows: this.stickers }
      case '/sticker/add': {
        const { url = '' } = form
        const kept = this.stickers.find((one) => one.url === url) ?? { id: this.stickers.length + 1, url }
        if (!this.stickers.includes(kept)) this.stickers = [kept, ...this.stickers]
        return { data: kept }
      }
      case '/sticker/remove': {
        const left = this.stickers.filter(({ id }) => id !== form.id)
        if (left.length === this.stickers.length) return { code: -404, msg: '该表情不存在' }
        this.stickers = left
        return {}
      }
      default:
        return null
    }
  }
}
