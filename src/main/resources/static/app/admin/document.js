import { guard, html, nothing } from '../lib.js';
import { get, send, upload } from '../api.js';
import { icon } from '../icons.js';
import { bytes, date, dateTime, number, t } from '../texts.js';
import { toast, update } from '../state.js';
import { act } from '../shell.js';
import { explain } from '../chats.js';
import { openDialog } from '../dialog.js';
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
        <button type="button" id="revise" @click=${act(revise)}>${icon('edit')}${t('revise')}</button>
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
          <span class="muted small">${chunk.page ? `${t('pageNumber', chunk.page)} · ` : ''}${t('chunkFacts', chunk.ordinal, chunk.language, number(chunk.text.length))}</span></p>
        ${guard([chunk], () => passage(chunk.text, null))}
      </li>`)}</ol>`;
}

/** Takes a newer file, other readers, or both; the same content makes no new revision. */
async function revise() {
  const said = await openDialog(t('revise'), close => html`
    <form @submit=${event => {
      event.preventDefault();
      const form = new FormData(event.target);
      close({ file: form.get('file'), groups: form.get('groups').split(/[,，]/).map(g => g.trim()).filter(Boolean) });
    }}>
      <label class="field"><span>${t('newRevision')} (${t('optional')})</span><input name="file" type="file"></label>
      <label class="field"><span>${t('readers')} (${t('commaSeparated')})</span><input name="groups" type="text" placeholder=${t('everybody')} .value=${doc.allow.join(', ')}></label>
      <div class="dialog-actions"><button type="button" @click=${() => close()}>${t('cancel')}</button><button class="primary">${t('save')}</button></div>
    </form>`);
  if (!said) return;
  const form = new FormData();
  if (said.file.size) {
    form.append('file', said.file);
  } else {
    const content = await send('GET', `/api/documents/${doc.id}/content`, undefined, { headers: { Accept: '*/*' } });
    form.append('file', await content.blob(), doc.filename);
    if (doc.effectiveFrom) form.append('effectiveFrom', doc.effectiveFrom);
    if (doc.effectiveTo) form.append('effectiveTo', doc.effectiveTo);
  }
  form.append('collection', doc.collection);
  form.append('externalId', doc.externalId);
  if (doc.source) form.append('source', doc.source);
  for (const group of said.groups) form.append('allow', group);
  await upload('/api/documents', form, () => {});
  toast(t('saved'));
  await enter(doc.id);
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
      <h3>${t('compareWith')}${t('colon')}${compared.from} → ${compared.to}</h3>
      ${compared.lines.length ? compared.lines.map(([kind, text]) => html`<p class="diff-${kind}">${kind === 'gap' ? '…' : text}</p>`) : html`<p class="muted">${t('noDifference')}</p>`}
    </div>` : nothing}`;
}

const textOf = async r => (await get(`/api/documents/${doc.id}/revisions/${r.revision}/chunks`))
  .flatMap(chunk => [chunk.section, ...chunk.text.split('\n')]).filter(Boolean);

async function compare(older, newer) {
  compared = { from: older.revision, to: newer.revision, lines: differences(await textOf(older), await textOf(newer)) };
  update();
}
