/** English: who sees, finds and has read. */
export const enPrivacy = {
  'privacy.title': 'Privacy',
  'privacy.online': 'Show when I am online',
  'privacy.onlineHint': 'When off, you and others don’t see each other online',
  'privacy.read': 'Read receipts',
  'privacy.readHint': 'When off, you and others don’t see what the other has read',
  'privacy.added': 'Others may add me as a friend',
  'privacy.addedHint': 'When off, only you can add others',
  'privacy.byId': 'Strangers find me by my ID',
  'privacy.byMobile': 'Strangers find me by my mobile number',
  'privacy.findHint': 'Friends always find you; people in your groups always do by ID',
  'menu.readers': 'Read by',
  'readers.title': 'Read by',
  'readers.count': 'Read by {n} of {total}',
  'readers.none': 'Nothing to show: who has read receipts off is not shown, and with yours off you see nobody’s',
} as const
