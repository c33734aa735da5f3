/** The picture viewer: pinch, double tap, swipe, arrows and Esc. PhotoSwipe is loaded on first use. */
import { t } from '@/i18n'
import { calm } from '../motion'
import { isSlim, SLIM } from '../slim'

export interface Picture {
  src: string
  /** Pixels; 0 when unknown, then the picture tells when it has loaded. */
  width: number
  height: number
  /** Shown until the full picture is there. */
  thumb?: string
  alt: string
}

/** Opens the viewer on one of the pictures and resolves when it is closed. */
export async function previewImage(pictures: Picture[], index = 0): Promise<void> {
  const [{ default: PhotoSwipe }] = await Promise.all([import('photoswipe'), import('photoswipe/style.css')])
  const viewer = new PhotoSwipe({
    dataSource: pictures.map((picture) => ({
      src: picture.src,
      // The thumbnail of a slim picture is a part of it.
      msrc: isSlim(picture) ? '' : picture.thumb,
      width: picture.width || innerWidth,
      height: picture.height || innerHeight,
      measured: picture.width > 0,
      alt: picture.alt,
    })),
    index,
    bgOpacity: 0.94,
    // A long screenshot begins as wide as the window, to be read; else a picture is shown whole.
    initialZoomLevel: ({ elementSize, panAreaSize, fit }) =>
      elementSize && panAreaSize && elementSize.y > SLIM * elementSize.x
        ? Math.max(fit, Math.min(1, panAreaSize.x / elementSize.x))
        : fit,
    wheelToZoom: true,
    loop: false,
    showHideAnimationType: calm.value ? 'none' : 'fade',
    closeTitle: t('viewer.close'),
    zoomTitle: t('viewer.zoom'),
    arrowPrevTitle: t('viewer.previous'),
    arrowNextTitle: t('viewer.next'),
    errorMsg: t('viewer.failed'),
  })
  viewer.on('initialZoomPan', ({ slide }) => void (slide.pan.y = slide.bounds.min.y)) // at its top
  viewer.on('loadComplete', ({ content, isError }) => {
    const image = content.element
    if (isError || content.data.measured || !(image instanceof HTMLImageElement) || !image.naturalWidth) return
    Object.assign(content.data, { width: image.naturalWidth, height: image.naturalHeight, measured: true })
    viewer.refreshSlideContent(content.index)
  })
  viewer.on('bindEvents', () => viewer.element?.setAttribute('aria-label', t('viewer.title')))
  await new Promise<void>((resolve) => {
    viewer.on('destroy', () => resolve())
    viewer.init()
  })
}
