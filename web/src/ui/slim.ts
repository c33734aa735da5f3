/** Pictures so long or wide that only a part of them is drawn. */

/** How many times as long as wide a picture is drawn; of what is longer the thumbnail is a part. */
export const SLIM = 2.5

export function isSlim({ width, height }: { width: number; height: number }): boolean {
  return Math.max(width, height) > SLIM * Math.min(width, height)
}
