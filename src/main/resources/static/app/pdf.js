import { getDocument, GlobalWorkerOptions, TextLayer } from '/webjars/pdfjs-dist/build/pdf.min.mjs';
import { markText } from './highlight.js';

const HOME = '/webjars/pdfjs-dist/';
GlobalWorkerOptions.workerSrc = `${HOME}build/pdf.worker.min.mjs`;

/** A PDF's pages below each other, drawn when they come into sight, with a passage marked. */
export class PdfPages {
  /**
   * @param mark text to mark on the first page, or on one after it
   * @param listener `onPage(number)` and `onMarked(found)`
   */
  constructor(url, page, mark, listener) {
    this.url = url;
    this.first = page;
    this.mark = mark;
    this.listener = listener;
    this.scale = 1;
    this.pages = 0;
    this.element = document.createElement('div');
    this.element.className = 'pdf-scroll';
    this.element.tabIndex = 0;
  }

  async open() {
    this.pdf = await getDocument({
      url: this.url, cMapUrl: `${HOME}cmaps/`, cMapPacked: true, standardFontDataUrl: `${HOME}standard_fonts/`,
      useWasm: false, isEvalSupported: false,
    }).promise;
    this.pages = this.pdf.numPages;
    this.first = Math.min(this.first, this.pages);
    const size = (await this.pdf.getPage(this.first)).getViewport({ scale: 1 });
    this.size = size;
    this.drawn = new Map();
    this.observer = new IntersectionObserver(entries => {
      for (const entry of entries) if (entry.isIntersecting) this.draw(Number(entry.target.dataset.page));
    }, { root: this.element, rootMargin: '600px' });
    for (let n = 1; n <= this.pages; n++) {
      const box = document.createElement('div');
      box.className = 'pdf-page';
      box.dataset.page = n;
      this.element.append(box);
    }
    this.element.addEventListener('scroll', () => this.noticePage(), { passive: true });
    this.listener.onPage(this.first);
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    this.fit();
    for (const box of this.element.children) this.observer.observe(box);
    this.goTo(this.first);
    await this.showMark();
  }

  /** Fills the width, up to a size that reads well. */
  fit() {
    const room = Math.min(this.element.clientWidth - 32, 900);
    this.scale = Math.max(0.3, room / this.size.width);
    this.resize();
  }

  resize() {
    for (const box of this.element.children) {
      box.style.width = `${this.size.width * this.scale}px`;
      box.style.height = `${this.size.height * this.scale}px`;
    }
  }

  box(n) {
    return this.element.children[n - 1];
  }

  goTo(n) {
    this.box(n)?.scrollIntoView({ block: 'start' });
  }

  zoom(factor) {
    const page = this.current();
    this.scale *= factor;
    this.drawn.clear();
    for (const box of this.element.children) box.replaceChildren();
    this.resize();
    this.goTo(page);
    this.draw(page).then(() => this.showMark());
  }

  current() {
    const middle = this.element.getBoundingClientRect().top + this.element.clientHeight / 3;
    for (const box of this.element.children) if (box.getBoundingClientRect().bottom > middle) return Number(box.dataset.page);
    return this.pages;
  }

  noticePage() {
    const page = this.current();
    if (page !== this.shownPage) {
      this.shownPage = page;
      this.listener.onPage(page);
    }
  }

  draw(n) {
    if (!this.drawn.has(n)) this.drawn.set(n, this.paint(n));
    return this.drawn.get(n);
  }

  async paint(n) {
    const page = await this.pdf.getPage(n);
    const viewport = page.getViewport({ scale: this.scale });
    const box = this.box(n);
    box.style.width = `${viewport.width}px`;
    box.style.height = `${viewport.height}px`;
    box.style.setProperty('--total-scale-factor', this.scale);
    box.style.setProperty('--scale-round-x', '1px');
    box.style.setProperty('--scale-round-y', '1px');
    const canvas = document.createElement('canvas');
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = Math.floor(viewport.width * ratio);
    canvas.height = Math.floor(viewport.height * ratio);
    canvas.setAttribute('aria-hidden', 'true');
    const text = document.createElement('div');
    text.className = 'textLayer';
    const content = await page.getTextContent();
    // pdf.js measures in this language: in the page's own, another font would shift the marks.
    text.lang = content.lang ?? '';
    box.replaceChildren(canvas, text);
    await Promise.all([
      page.render({ canvas, viewport, transform: ratio === 1 ? undefined : [ratio, 0, 0, ratio, 0, 0] }).promise,
      new TextLayer({ textContentSource: content, container: text, viewport }).render(),
    ]);
  }

  /** Looks for the passage on the page it is said to be on, then on the next, as passages run on. */
  async showMark() {
    if (!this.mark.trim()) return;
    const pieces = [this.mark, ...this.mark.split('\n'), this.mark.slice(0, 60)].filter(piece => piece.trim().length > 3);
    for (const n of [this.first, this.first + 1, this.first - 1]) {
      if (n < 1 || n > this.pages) continue;
      await this.draw(n);
      const layer = this.box(n).querySelector('.textLayer');
      for (const piece of pieces) {
        const marks = markText(layer, piece, () => document.createElement('mark'));
        if (marks.length) {
          marks[0].scrollIntoView({ block: 'center' });
          this.listener.onMarked(true);
          return;
        }
      }
    }
    this.listener.onMarked(false);
  }
}
