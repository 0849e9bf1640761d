import { html, nothing } from './lib.js';
import { get, send } from './api.js';
import { icon } from './icons.js';
import { date, t } from './texts.js';
import { state, update } from './state.js';
import { explain } from './chats.js';
import { cleanHtml, cleanMarkdown } from './markdown.js';
import { markText } from './highlight.js';

let shown = null;

/** Shows a document at the place of a passage. */
export async function openDocument(id, values) {
  shown = { id, values, document: null, error: null, content: null, pdf: null, page: Number(values.page) || 1, found: true };
  const mine = shown;
  update();
  try {
    mine.document = await get(`/api/documents/${id}`);
    if (mine.document.mediaType === 'application/pdf') await openPdf(mine);
    else mine.content = await reading(mine);
  } catch (error) {
    mine.error = explain(error);
  }
  update();
  if (mine.content) showMark(mine, mine.content);
}

const contentPath = view => `/api/documents/${view.id}/content`;

async function openPdf(view) {
  const { PdfPages } = await import('./pdf.js');
  view.pdf = new PdfPages(contentPath(view), view.page, view.values.mark ?? '', {
    onPage(page) {
      view.page = page;
      update();
    },
    onMarked(found) {
      view.found = found;
      update();
    },
  });
  await view.pdf.open();
}

/** The text of what is not a PDF, as elements. */
async function reading(view) {
  const { mediaType, filename } = view.document;
  const box = document.createElement('div');
  box.className = 'prose reading';
  if (/markdown/.test(mediaType) || /\.md$/i.test(filename)) {
    const text = await (await send('GET', contentPath(view), undefined, { headers: { Accept: '*/*' } })).text();
    box.append(cleanMarkdown(text.replace(/^---\n[\s\S]*?\n---\n/, '')));
  } else if (/html/.test(mediaType)) {
    const text = await (await send('GET', contentPath(view), undefined, { headers: { Accept: '*/*' } })).text();
    box.append(cleanHtml(text));
  } else {
    const { blocks } = await get(`/api/documents/${view.id}/reading`);
    box.append(...blocksOf(blocks));
  }
  return box;
}

function blocksOf(blocks) {
  const elements = [];
  let page = null;
  for (const block of blocks) {
    if (block.page && block.page !== page) {
      page = block.page;
      const rule = document.createElement('p');
      rule.className = 'page-rule';
      rule.dataset.page = page;
      rule.dataset.unmarked = '';
      rule.textContent = t('pageNumber', page);
      elements.push(rule);
    }
    if (block.rows) elements.push(tableOf(block.rows));
    else {
      const element = document.createElement(block.level ? `h${Math.min(block.level, 4)}` : 'p');
      element.textContent = block.text;
      elements.push(element);
    }
  }
  return elements;
}

function tableOf(rows) {
  const table = document.createElement('table');
  rows.forEach((cells, i) => {
    const row = table.insertRow();
    for (const text of cells) {
      const cell = document.createElement(i === 0 ? 'th' : 'td');
      if (i === 0) cell.scope = 'col';
      cell.textContent = text;
      row.append(cell);
    }
  });
  return table;
}

/** Marks the passage, or as much of its beginning as this view shows in one piece. */
function showMark(view, root) {
  const wanted = view.values.mark ?? '';
  const pieces = [wanted, ...wanted.split('\n')].filter(piece => piece.trim().length > 3);
  let marks = [];
  for (const piece of pieces) {
    marks = markText(root, piece, () => document.createElement('mark'));
    if (marks.length) break;
  }
  view.found = !wanted || marks.length > 0;
  const target = marks[0] ?? root.querySelector(`[data-page="${view.values.page}"]`);
  update();
  requestAnimationFrame(() => requestAnimationFrame(() => target?.scrollIntoView({ block: 'center' })));
}

const facts = doc => [doc.collection, `${t('revision')} ${doc.revision}`,
  doc.effectiveFrom ? t('inForce', date(doc.effectiveFrom)) : '', t('updated', date(doc.updatedAt))].filter(Boolean)
  .map((fact, i) => html`<span class="nowrap">${i ? '· ' : ''}${fact}</span> `);

export function viewerView() {
  if (!shown) return html`<main class="viewer" id="main"></main>`;
  const { document: doc, pdf, content, error } = shown;
  const asked = Number(shown.values.revision);
  return html`
    <main class="viewer" id="main">
      <header class="chat-head">
        <button type="button" class="plain icon-button" aria-label=${t('close')} title=${t('close')} @click=${leave}>${icon('back')}</button>
        <div class="viewer-title"><h1>${doc?.title ?? t('document')}</h1><p class="muted small">${doc ? facts(doc) : ''}</p></div>
        ${pdf?.pages ? html`
          <div class="viewer-tools">
            <button type="button" class="plain icon-button" aria-label=${t('previous')} ?disabled=${shown.page <= 1} @click=${() => pdf.goTo(shown.page - 1)}>${icon('back')}</button>
            <span class="small">${t('pageOf', shown.page, pdf.pages)}</span>
            <button type="button" class="plain icon-button" aria-label=${t('next')} ?disabled=${shown.page >= pdf.pages} @click=${() => pdf.goTo(shown.page + 1)}>${icon('forward')}</button>
            <button type="button" class="plain icon-button" aria-label=${t('zoomOut')} @click=${() => pdf.zoom(1 / 1.2)}>−</button>
            <button type="button" class="plain icon-button" aria-label=${t('zoomIn')} @click=${() => pdf.zoom(1.2)}>+</button>
          </div>` : nothing}
        ${doc ? html`<a class="button plain icon-button" href=${contentPath(shown)} download=${doc.filename} aria-label=${t('download')} title=${t('download')}>${icon('export')}</a>` : nothing}
      </header>
      ${doc && asked && doc.revision > asked ? html`<p class="notice">${icon('info')}<span>${t('newer', doc.revision)}</span></p>` : nothing}
      ${!shown.found ? html`<p class="notice">${icon('info')}<span>${t('passageNotFound')}</span></p>` : nothing}
      ${error ? html`<div class="problem" role="alert">${icon('warning')}<span><strong>${t('failed')}.</strong> ${error}</span></div>` : nothing}
      ${pdf ? pdf.element : content ? html`<div class="reading-scroll" tabindex="0" role="region" aria-label=${doc.title}>${content}</div>`
        : error ? nothing : html`<p class="status viewer-wait" role="status"><span class="pulse"></span>${t('loading')}</p>`}
    </main>`;
}

function leave() {
  if (history.length > 1) history.back();
  else location.hash = state.chat?.id ? `#/c/${state.chat.id}` : '#/';
}
