/** The one map from a message to what draws it. */
import type { Component } from 'vue'
import { isFewEmoji } from '@/protocol/characters'
import { Media } from '@/protocol/codes'
import type { Content, Message } from '@/protocol/messages'
import CardMedia from './CardMedia.vue'
import FileMedia from './FileMedia.vue'
import ImageMedia from './ImageMedia.vue'
import LinkMedia from './LinkMedia.vue'
import NewsMedia from './NewsMedia.vue'
import NoticeMedia from './NoticeMedia.vue'
import PacketMedia from './PacketMedia.vue'
import PlaceMedia from './PlaceMedia.vue'
import RecordMedia from './RecordMedia.vue'
import StickerMedia from './StickerMedia.vue'
import TextMedia from './TextMedia.vue'
import UnknownMedia from './UnknownMedia.vue'
import VideoMedia from './VideoMedia.vue'
import VoiceMedia from './VoiceMedia.vue'

/**
 * What stands around the content: a coloured bubble, nothing ('bare': stickers, big emoji),
 * or no bubble, face and side at all ('line': notices, and what is left of recalled messages).
 */
export type Frame = 'bubble' | 'bare' | 'line'

const drawn: Record<number, Component> = {
  [Media.Text]: TextMedia,
  [Media.News]: NewsMedia,
  [Media.Voice]: VoiceMedia,
  [Media.Image]: ImageMedia,
  [Media.RedPacket]: PacketMedia,
  [Media.Sticker]: StickerMedia,
  [Media.Link]: LinkMedia,
  [Media.Video]: VideoMedia,
  [Media.Card]: CardMedia,
  [Media.File]: FileMedia,
  [Media.Place]: PlaceMedia,
  [Media.Record]: RecordMedia,
  [Media.Notice]: NoticeMedia,
}

export function componentFor(message: Content & Partial<Message>): Component {
  return drawn[message.media] ?? UnknownMedia
}

export function frameFor(message: Content & Partial<Message>): Frame {
  if (message.media === Media.Notice || message.recalled) return 'line'
  if (message.media === Media.Sticker) return 'bare'
  return message.media === Media.Text && isFewEmoji(message.content ?? '') ? 'bare' : 'bubble'
}
