/** The picture viewer: pinch, double tap, swipe, arrows and Esc. PhotoSwipe is loaded on first use. */
import { t } from '@/i18n'

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
      msrc: picture.thumb,
      width: picture.width || innerWidth,
      height: picture.height || innerHeight,
      measured: picture.width > 0,
      alt: picture.alt,
    })),
    index,
    bgOpacity: 0.94,
    wheelToZoom: true,
    loop: false,
    showHideAnimationType: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'none' : 'fade',
    closeTitle: t('viewer.close'),
    zoomTitle: t('viewer.zoom'),
    arrowPrevTitle: t('viewer.previous'),
    arrowNextTitle: t('viewer.next'),
    errorMsg: t('viewer.failed'),
  })
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
