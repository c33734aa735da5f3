export { default as AppIcon } from './AppIcon.vue'
export type { IconName } from './paths'
