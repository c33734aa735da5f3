/*
 * Says so in one sentence when the browser is too old for the page, which would stay white. Read by every
 * browser, however old, and therefore written in the JavaScript of 2009.
 *
 * The page needs Chrome or Edge 109, Firefox 115, Safari 15.4 or newer (web/vite.config.ts).
 */
;(function () {
  var app = document.getElementById('app')
  var able =
    typeof Object.hasOwn === 'function' &&
    typeof Array.prototype.at === 'function' &&
    typeof ResizeObserver === 'function' &&
    typeof HTMLDialogElement === 'function' &&
    'noModule' in document.createElement('script')
  if (able || !app) return
  var english = document.documentElement.lang === 'en'
  var sentence = document.createElement('p')
  sentence.setAttribute('role', 'alert')
  sentence.style.margin = '48px 24px'
  sentence.style.textAlign = 'center'
  sentence.appendChild(
    document.createTextNode(
      english
        ? 'This browser is too old for Magpie. Please use Chrome or Edge 109, Firefox 115, Safari 15.4 or newer.'
        : '浏览器版本过低，无法打开鹊桥。请使用 Chrome / Edge 109、Firefox 115、Safari 15.4 或更新的版本。'
    )
  )
  app.appendChild(sentence)
  // The page's own script looks for this name.
  app.removeAttribute('id')
})()
