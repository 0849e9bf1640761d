import { html, live, nothing, repeat } from '../lib.js';
import { get, remove, upload, post } from '../api.js';
import { icon } from '../icons.js';
import { bytes, dateTime, number, t } from '../texts.js';
import { toast, update } from '../state.js';
import { act } from '../shell.js';
import { explain } from '../chats.js';
import { confirmDialog } from '../dialog.js';
import * as detail from './document.js';

const UNFINISHED = ['RECEIVED', 'PARSING', 'EMBEDDING', 'INDEXING'];
const PROBLEMS = ['NO_TEXT', 'REJECTED', 'FAILED'];
const SHOWN = 200;

const filters = { q: '', state: '', collection: '' };
let list = null;
let uploads = [];
let target = { collection: 'uploads', allow: '' };
let timer = null;
let open = null;
let isOver = false;

export async function enter(route) {
  open = route.id;
  if (open) await detail.enter(open);
  else await load();
}

export function leave() {
  clearTimeout(timer);
  timer = null;
}

let loads = 0;

async function load() {
  clearTimeout(timer);
  const mine = ++loads;
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
  try {
    const found = await get(`/api/documents?${query}`);
    if (mine !== loads) return; // a later filter has been asked for meanwhile
    list = found;
    // Those on their way are looked at again until they are through.
    if (list.some(d => UNFINISHED.includes(d.state))) timer = setTimeout(load, 1500);
  } catch (error) {
    toast(explain(error), 'bad');
  }
  update();
}

export const stateBadge = doc => html`<span class="badge ${PROBLEMS.includes(doc.state) ? 'bad'
  : doc.state === 'SEARCHABLE' ? 'good' : 'accent'}">${t('states')[doc.state] ?? doc.state}</span>`;

export const view = () => (open ? detail.view() : html`
  ${dropZone()}
  ${uploads.length ? uploadList() : nothing}
  ${filterBar()}
  ${list === null ? nothing : table()}`);

function dropZone() {
  const over = value => event => {
    event.preventDefault();
    if (isOver !== value) {
      isOver = value;
      update();
    }
  };
  const choose = event => {
    sendAll([...event.target.files].map(file => ({ file, path: file.webkitRelativePath || file.name })));
    event.target.value = '';
  };
  return html`
    <section class="drop ${isOver ? 'over' : ''}" aria-label=${t('upload')} @dragover=${over(true)} @dragleave=${over(false)} @drop=${onDrop}>
      <p>${t('dropHere')}
        <label class="link">${t('chooseFiles')}<input id="files" type="file" multiple class="sr-only" @change=${choose}></label> ·
        <label class="link">${t('chooseFolder')}<input type="file" webkitdirectory multiple class="sr-only" @change=${choose}></label></p>
      <div class="drop-target">
        <label>${t('intoCollection')} <input name="collection" type="text" list="collections" maxlength="100" .value=${live(target.collection)}
          @input=${e => { target.collection = e.target.value; }}></label>
        <label>${t('allowGroups')} <input name="allow" type="text" placeholder=${t('everybody')} .value=${live(target.allow)}
          @input=${e => { target.allow = e.target.value; }}></label>
        <datalist id="collections">${[...new Set((list ?? []).map(d => d.collection))].map(c => html`<option value=${c}></option>`)}</datalist>
      </div>
    </section>`;
}

async function onDrop(event) {
  event.preventDefault();
  isOver = false;
  const entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (const entry of entries) await collect(entry, '', found);
  sendAll(found.length ? found : [...event.dataTransfer.files].map(file => ({ file, path: file.name })));
}

/** Files of a dropped folder, however deep. */
async function collect(entry, prefix, found) {
  if (entry.isFile) {
    found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path: prefix + entry.name });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const child of some) await collect(child, `${prefix}${entry.name}/`, found);
  }
}

async function sendAll(files) {
  const waiting = files.filter(f => !f.path.split('/').at(-1).startsWith('.')).map(f => ({ ...f, share: 0, state: 'waiting', reason: '' }));
  uploads = [...uploads, ...waiting];
  update();
  const collection = target.collection.trim() || 'uploads';
  const groups = target.allow.split(/[,，]/).map(g => g.trim()).filter(Boolean);
  // Three at a time keep the line busy, and one refused file stops no other.
  const next = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) {
      await sendOne(item, collection, groups);
    }
  };
  await Promise.all([next(), next(), next()]);
  load();
}

async function sendOne(item, collection, groups) {
  const form = new FormData();
  form.append('file', item.file, item.file.name);
  form.append('collection', collection);
  form.append('externalId', `${collection}/${item.path}`);
  for (const group of groups) form.append('allow', group);
  item.state = 'sending';
  try {
    const [accepted] = await upload('/api/documents', form, share => {
      item.share = share;
      update();
    });
    item.state = 'accepted';
    item.share = 1;
    item.id = accepted.id;
  } catch (error) {
    item.state = 'refused';
    item.reason = explain(error);
  }
  update();
}

function uploadList() {
  const accepted = uploads.filter(u => u.state === 'accepted').length;
  const latest = [...uploads.filter(u => u.state !== 'accepted'), ...uploads.filter(u => u.state === 'accepted')].slice(0, 50);
  return html`
    <section class="uploads" aria-label=${t('upload')}>
      <p role="status">${t('uploadsDone', number(accepted), number(uploads.length))}
        <button type="button" class="plain" @click=${() => {
          uploads = uploads.filter(u => u.state === 'waiting' || u.state === 'sending');
          update();
        }}>${t('clear')}</button></p>
      <ul>${latest.map(u => html`<li>
        <span class="upload-name">${u.path}</span>
        ${u.state === 'refused'
          ? html`<span class="badge bad">${t('refused')}</span><span class="upload-reason">${u.reason}</span>`
          : u.state === 'accepted' ? html`<span class="badge good">${t('uploaded')}</span>`
            : html`<progress max="1" .value=${u.share} aria-label="${t('uploading')} ${u.path}"></progress>`}
      </li>`)}</ul>
    </section>`;
}

let searchTimer;

function filterBar() {
  const change = name => event => {
    filters[name] = event.target.value;
    clearTimeout(searchTimer);
    searchTimer = setTimeout(load, name === 'q' ? 200 : 0);
  };
  const collections = [...new Set([...(list ?? []).map(d => d.collection), filters.collection].filter(Boolean))].sort();
  return html`
    <div class="filters">
      <label class="searchbox">${icon('search')}<span class="sr-only">${t('filter')}</span>
        <input type="search" placeholder=${t('filter')} .value=${live(filters.q)} @input=${change('q')}></label>
      <select aria-label=${t('stateName')} @change=${change('state')}><option value="">${t('allStates')}</option>
        ${Object.entries(t('states')).map(([value, name]) => html`<option value=${value} ?selected=${filters.state === value}>${name}</option>`)}</select>
      <select aria-label=${t('collection')} @change=${change('collection')}><option value="">${t('allCollectionsShort')}</option>
        ${collections.map(name => html`<option value=${name} ?selected=${filters.collection === name}>${name}</option>`)}</select>
      <span class="muted small grow count">${list ? t('countOfDocuments', number(list.length)) : ''}</span>
    </div>`;
}

const table = () => (list.length === 0 ? html`<p class="muted">${t('noDocuments')}</p>` : html`
  <div class="table-scroll" tabindex="0" role="region" aria-label=${t('documents')}><table class="data cards">
    <thead><tr><th scope="col">${t('title')}</th><th scope="col">${t('collection')}</th><th scope="col">${t('stateName')}</th>
      <th scope="col" class="right">${t('passages')}</th><th scope="col" class="right">${t('size')}</th><th scope="col">${t('updatedAt')}</th><th><span class="sr-only">${t('more')}</span></th></tr></thead>
    <tbody>${repeat(list.slice(0, SHOWN), d => d.id, row)}</tbody></table></div>
  ${list.length > SHOWN ? html`<p class="muted small">${number(SHOWN)} / ${number(list.length)}</p>` : nothing}`);

const row = d => html`
  <tr>
    <td class="main-cell"><a href="#/admin/documents/${d.id}">${d.title}</a><span class="muted small block">${d.externalId} · ${t('revision')} ${d.revision}</span>
      ${d.reason ? html`<span class="small block reason">${d.reason}</span>` : nothing}</td>
    <td data-label=${t('collection')}>${d.collection}</td>
    <td data-label=${t('stateName')}>${stateBadge(d)}</td>
    <td class="right" data-label=${t('passages')}>${number(d.passages)}</td>
    <td class="right" data-label=${t('size')}>${bytes(d.size)}</td>
    <td data-label=${t('updatedAt')}>${dateTime(d.updatedAt)}</td>
    <td class="row-tools">
      ${PROBLEMS.includes(d.state) ? html`<button type="button" class="plain icon-button" aria-label="${t('retryIngest')}: ${d.title}" title=${t('retryIngest')} @click=${act(() => retryDocument(d))}>${icon('again')}</button>` : nothing}
      <button type="button" class="plain icon-button" aria-label="${t('remove')}: ${d.title}" title=${t('remove')} @click=${act(() => removeDocument(d))}>${icon('trash')}</button>
    </td>
  </tr>`;

/** Reads a document again through its last job. */
export async function retryDocument(d) {
  await post(`/api/documents/${d.id}/retry`);
  if (!open) await load();
}

export async function removeDocument(d) {
  if (!await confirmDialog(t('deleteDocument'), t('deleteDocumentHint', d.title), t('remove'))) return false;
  await remove(`/api/documents/${d.id}`);
  if (!open) await load();
  return true;
}
