/** The pages of operators, in the order of their tabs. A further one is a line here. */
import { defineAsyncComponent, type Component } from 'vue'
import type { TextKey } from '@/i18n'

export interface Tab {
  /** In the address: `#/operate/people`. */
  name: string
  label: TextKey
  page: Component
  /** What is shown at `#/operate/people/7`. */
  one?: Component
}

export const tabs: readonly Tab[] = [
  {
    name: 'people',
    label: 'operate.people',
    page: defineAsyncComponent(() => import('./PeopleTab.vue')),
    one: defineAsyncComponent(() => import('./AccountPage.vue')),
  },
  { name: 'groups', label: 'operate.groups', page: defineAsyncComponent(() => import('./GroupsTab.vue')) },
  {
    name: 'reports',
    label: 'reports.title',
    page: defineAsyncComponent(() => import('@/features/reports/ReportsTab.vue')),
  },
  {
    name: 'review',
    label: 'reviews.title',
    page: defineAsyncComponent(() => import('@/features/reviews/ReviewsTab.vue')),
  },
  { name: 'words', label: 'words.title', page: defineAsyncComponent(() => import('@/features/reports/WordsTab.vue')) },
  { name: 'invites', label: 'operate.invites', page: defineAsyncComponent(() => import('./InvitesTab.vue')) },
  { name: 'audit', label: 'operate.audit', page: defineAsyncComponent(() => import('./AuditTab.vue')) },
]
