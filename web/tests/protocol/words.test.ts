/** What is looked for on this device is found as the server would find it. */
import { expect, it } from 'vitest'
import { finder, fold, wordsIn } from '@/protocol/words'

// As `models.words.places` says it.
const cases: [text: string, query: string, places: [number, number][] | null][] = [
  ['今天下午一起吃饭吧', '吃饭', [[6, 8]]],
  ['吃饭了吗？吃饭吧', '吃饭', [[0, 2], [5, 7]]], // prettier-ignore
  ['See you at the Station', 'sta SEE', [[0, 3], [15, 22]]], // prettier-ignore
  ['understation', 'station', null],
  ['ＨＥＬＬＯ world', 'hello', [[0, 5]]],
  ['die Straße', 'strasse', [[4, 10]]],
  ['cafe\u0301 noir', 'café', [[0, 5]]],
  ['abcпри', 'при', [[3, 6]]],
  ['ｶﾞﾗｽ', 'ガ', [[0, 4]]],
  ['𠮷野家', '野家', [[2, 4]]],
  ['好👍🏽吧', '👍', [[1, 5]]],
  ['🇨🇳🇩🇪', '🇩🇪', [[4, 8]]],
  ['ΟΔΟΣ', 'οδος', [[0, 4]]],
  ['no', 'yes', null],
  ['anything', '…', []],
]

it.each(cases)('%s: %s', (text, query, places) => {
  expect(finder(query).places(text)).toEqual(places)
})

it('a text that has all words has them in its folded form, too', () => {
  for (const [text, query, places] of cases)
    if (places) expect(finder(query).words.every((word) => fold(text).includes(word))).toBe(true)
})

it('a new word begins where the script changes, and digits belong to both', () => {
  expect(wordsIn('v2抓abc при1').map(({ text }) => text)).toEqual(['v2', '抓', 'abc', 'при1'])
})
