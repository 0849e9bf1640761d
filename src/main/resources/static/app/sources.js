import { guard, html, nothing } from './lib.js';
import { get } from './api.js';
import { closestSentence, markText } from './highlight.js';
import { icon } from './icons.js';
import { date, t } from './texts.js';
import { state, update } from './state.js';
import { reportDocument } from './feedback.js';

const documents = new Map();

/**
 * Shows a passage beside the conversation, with what a statement rests on marked.
 *
 * @param answer whose checked sentences tell the place; without, or for a source that is not cited
 *     yet, the closest sentence is marked
 */
export function openSource(citations, n, statement, answer = null) {
  const opener = document.activeElement;
  state.panel = { citations, n, statement, answer, opener };
  update();
  load(citations.find(c => c.n === n)?.documentId);
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector('.panel h2')?.focus()));
}

export function closeSource() {
  const opener = state.panel?.opener;
  state.panel = null;
  update();
  opener?.focus?.();
}

const plain = text => text.replace(/\[\d+\]|[\s*_`>]/g, '');

/** The text in a passage that bears a statement out. */
function basis(citation, statement, answer) {
  const said = plain(statement);
  const checked = (answer?.sentences ?? []).filter(s => s.n === citation.n && s.source);
  const sentence = said && checked.find(s => {
    const text = plain(answer.answer.slice(s.start, s.end));
    return text && (said.endsWith(text) || text.endsWith(said));
  });
  const span = sentence?.source ?? (Number.isInteger(citation.start) ? citation : null);
  if (span) return citation.quote.slice(span.start, span.end);
  return statement ? closestSentence(citation.quote, statement) : null;
}

async function load(id) {
  if (!id) return;
  try {
    documents.set(id, await get(`/api/documents/${id}`));
  } catch (error) {
    documents.set(id, { gone: error.status === 404 || error.status === 403 });
  }
  update();
}

export function viewerLink(citation, sentence) {
  const query = new URLSearchParams({ revision: citation.revision });
  if (citation.page) query.set('page', citation.page);
  // Long passages would make long addresses; the beginning finds the place.
  query.set('mark', (sentence ?? citation.quote ?? '').slice(0, 400));
  return `#/d/${citation.documentId}?${query}`;
}

export function sourcePanel() {
  const { citations, n, statement, answer } = state.panel;
  const citation = citations.find(c => c.n === n) ?? citations[0];
  const at = citations.indexOf(citation);
  const doc = documents.get(citation.documentId);
  const sentence = basis(citation, statement, answer);
  const go = step => {
    state.panel = { ...state.panel, n: citations[at + step].n };
    load(citations[at + step].documentId);
    update();
  };
  return html`
    <aside class="panel" aria-label=${t('sources')}>
      <header class="panel-head">
        <h2 tabindex="-1">${t('source', citation.n)}</h2>
        ${citations.length > 1 ? html`
          <button type="button" class="plain icon-button" aria-label=${t('previous')} ?disabled=${at === 0} @click=${() => go(-1)}>${icon('back')}</button>
          <span class="muted">${at + 1} / ${citations.length}</span>
          <button type="button" class="plain icon-button" aria-label=${t('next')} ?disabled=${at === citations.length - 1} @click=${() => go(1)}>${icon('forward')}</button>` : nothing}
        <button type="button" class="plain icon-button" aria-label=${t('close')} @click=${closeSource}>${icon('close')}</button>
      </header>
      <div class="panel-body">
        <p class="source-title">${citation.title}</p>
        ${citation.section ? html`<p class="source-section">${citation.section}</p>` : nothing}
        <p class="source-facts">${facts(citation, doc)}</p>
        ${doc?.revision > citation.revision ? html`<p class="notice">${icon('info')}<span>${t('newer', doc.revision)}</span></p>` : nothing}
        ${doc?.gone ? html`<p class="notice">${icon('warning')}<span>${t('gone')}</span></p>` : nothing}
        ${guard([citation, sentence], () => passage(citation.quote, sentence))}
        ${sentence ? html`<p class="hint">${t('citedSentence')}</p>` : nothing}
        ${doc?.gone ? nothing : html`
          <div class="panel-actions">
            <a class="button primary" href=${viewerLink(citation, sentence)}>${icon('document')}${citation.page ? t('openAt', citation.page) : t('open')}</a>
            <button type="button" class="plain" @click=${() => reportDocument(citation)}>${icon('flag')}${t('report')}</button>
          </div>`}
      </div>
    </aside>`;
}

function facts(citation, doc) {
  const parts = [];
  if (citation.page) parts.push(t('pageNumber', citation.page));
  parts.push(`${t('revision')} ${citation.revision}`);
  const inForce = citation.effectiveFrom ?? doc?.effectiveFrom;
  if (inForce) parts.push(t('inForce', date(inForce)));
  if (doc?.updatedAt) parts.push(t('updated', date(doc.updatedAt)));
  return parts.map((part, i) => html`<span class="nowrap">${i ? '· ' : ''}${part}</span> `);
}

/** A passage; lines of cells as a table. */
export function passage(text, sentence) {
  const element = document.createElement('div');
  element.className = 'passage';
  let table = null;
  for (const line of text.split('\n')) {
    const cells = line.includes(' | ') ? line.replace(/^\||\|$/g, '').split('|').map(c => c.trim()) : null;
    if (!cells) {
      table = null;
      const p = document.createElement('p');
      p.textContent = line;
      if (line.trim()) element.append(p);
      continue;
    }
    const isFirst = !table;
    if (isFirst) {
      const box = document.createElement('div');
      box.className = 'table-scroll';
      box.tabIndex = 0;
      table = document.createElement('table');
      box.append(table);
      element.append(box);
    }
    const row = table.insertRow();
    for (const cell of cells) {
      const td = document.createElement(isFirst ? 'th' : 'td');
      if (isFirst) td.scope = 'col';
      td.textContent = cell;
      row.append(td);
    }
  }
  if (sentence) markText(element, sentence, () => document.createElement('mark'));
  return element;
}
