import { guard, html, nothing } from '../lib.js';
import { get } from '../api.js';
import { icon } from '../icons.js';
import { bytes, date, dateTime, number, t } from '../texts.js';
import { toast, update } from '../state.js';
import { act } from '../shell.js';
import { explain } from '../chats.js';
import { passage } from '../sources.js';
import { removeDocument, retryDocument, stateBadge } from './documents.js';
import { differences } from './differences.js';

let doc = null;
let chunks = [];
let revisions = [];
let compared = null;

export async function enter(id) {
  doc = null;
  chunks = [];
  revisions = [];
  compared = null;
  try {
    doc = await get(`/api/documents/${id}`);
    chunks = await get(`/api/documents/${id}/chunks`);
    revisions = await get(`/api/documents/${id}/revisions`).catch(error => {
      if (error.status === 404 || error.status === 405) return [];
      throw error;
    });
  } catch (error) {
    toast(explain(error), 'bad');
  }
  update();
}

const fact = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;

export function view() {
  if (!doc) return html`<p class="status"><span class="pulse"></span>${t('loading')}</p>`;
  return html`
    <p class="crumbs"><a href="#/admin/documents">${icon('back')}${t('documents')}</a></p>
    <div class="card">
      <h2>${doc.title}</h2>
      <dl class="facts">
        ${fact(t('stateName'), html`${stateBadge(doc)} ${doc.reason ?? ''}`)}
        ${fact(t('externalId'), doc.externalId)}
        ${fact(t('collection'), doc.collection)}
        ${fact(t('readers'), doc.allow.length ? doc.allow.join(', ') : t('everybody'))}
        ${fact(t('file'), `${doc.filename} · ${doc.mediaType} · ${bytes(doc.size)}`)}
        ${fact(t('revision'), html`${doc.revision}${doc.effectiveFrom ? ` · ${t('from')} ${date(doc.effectiveFrom)}` : ''}${doc.effectiveTo ? ` ${t('to')} ${date(doc.effectiveTo)}` : ''}`)}
        ${fact(t('updatedAt'), dateTime(doc.updatedAt))}
      </dl>
      <div class="panel-actions">
        <a class="button" href="#/d/${doc.id}">${icon('document')}${t('openOriginal')}</a>
        ${doc.state === 'SEARCHABLE' ? nothing : html`<button type="button" @click=${act(async () => {
          await retryDocument(doc);
          await enter(doc.id);
        })}>${icon('again')}${t('retryIngest')}</button>`}
        <button type="button" class="danger-text" @click=${act(async () => {
          if (await removeDocument(doc)) location.hash = '#/admin/documents';
        })}>${icon('trash')}${t('remove')}</button>
      </div>
    </div>
    ${revisions.length > 1 ? revisionList() : nothing}
    <h2>${t('chunks')} <span class="muted">${number(chunks.length)}</span></h2>
    <ol class="chunks">${chunks.map(chunk => html`
      <li class="card">
        <p class="chunk-head"><span class="chip-n">${chunk.ordinal + 1}</span><strong>${chunk.section || chunk.title}</strong>
          <span class="muted small">${chunk.page ? `${t('page')} ${chunk.page} · ` : ''}${t('chunkFacts', chunk.ordinal, chunk.language, number(chunk.text.length))}</span></p>
        ${guard([chunk], () => passage(chunk.text, null))}
      </li>`)}</ol>`;
}

function revisionList() {
  return html`
    <h2>${t('revisions')}</h2>
    <ul class="revisions">${revisions.map((r, i) => html`
      <li><strong>${t('revision')} ${r.revision}</strong> <span class="muted small">${r.receivedAt ? dateTime(r.receivedAt) : ''} ${r.size ? bytes(r.size) : ''}</span>
        ${r.revision === doc.revision ? html`<span class="badge good">${t('current')}</span>` : nothing}
        <a href="/api/documents/${doc.id}/revisions/${r.revision}/content" download=${r.filename}>${t('download')}</a>
        ${revisions[i + 1] ? html`<button type="button" class="plain" @click=${act(() => compare(revisions[i + 1], r))}>${t('compare')}</button>` : nothing}</li>`)}</ul>
    ${compared ? html`<div class="card diff" role="region" aria-label=${t('compareWith')}>
      <h3>${t('compareWith')}: ${compared.from} → ${compared.to}</h3>
      ${compared.lines.length ? compared.lines.map(([kind, text]) => html`<p class="diff-${kind}">${kind === 'gap' ? '…' : text}</p>`) : html`<p class="muted">${t('noDifference')}</p>`}
    </div>` : nothing}`;
}

const textOf = async r => (await get(`/api/documents/${doc.id}/revisions/${r.revision}/chunks`))
  .flatMap(chunk => [chunk.section, ...chunk.text.split('\n')]).filter(Boolean);

async function compare(older, newer) {
  compared = { from: older.revision, to: newer.revision, lines: differences(await textOf(older), await textOf(newer)) };
  update();
}
