/** English: notifications, and a newer page. */
import type { zhPush } from './zh.push'

export const enPush: Record<keyof typeof zhPush, string> = {
  'push.title': 'Notifications',
  'push.here': 'Notify me on this device',
  'push.off': 'Of new messages, also while this page is not open; your browser will ask you once',
  'push.always': 'On, also while this page is not open',
  'push.page': 'On, but only while this page is open: this browser takes no pushes',
  'push.denied': 'Your browser forbids this site to notify: allow it in the site settings of the address bar',
  'push.none': 'This browser has no notifications; on an iPhone, add this page to the home screen first',
  'push.insecure': 'Only a page that was opened by https can notify',
  'push.sound': 'Sound',
  'push.soundHint': 'While this page is open, for messages in chats you are not looking at; not for muted ones',
  'push.shown': 'Notifications show',
  'push.content': 'The message',
  'push.hint': 'Only that there is one',
  'push.message': 'You have a new message',
  'push.quiet': 'Quiet hours',
  'push.quietHint': 'Nothing is pushed and nothing sounds, on all your devices',
  'push.from': 'From',
  'push.to': 'To',
  'update.title': 'New version',
  'update.words': 'There is a new version of this page',
  'update.start': 'Reload',
}
