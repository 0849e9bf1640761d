import { html, live, nothing } from '../lib.js';
import { get, post, put } from '../api.js';
import { icon } from '../icons.js';
import { dateTime, localized, t } from '../texts.js';
import { state, toast, update } from '../state.js';
import { act } from '../shell.js';
import { explain } from '../chats.js';
import { promptView } from './prompt.js';

let edited = null;
let yaml = '';
let note = '';
let question = '';
let preview = null;
let problem = null;
let missing = false;

export async function enter(route) {
  edited = null;
  preview = null;
  problem = null;
  missing = false;
  if (!route.id) {
    state.assistants = await get('/api/assistants');
    update();
    return;
  }
  try {
    show(await get(`/api/admin/assistants/${encodeURIComponent(route.id)}`));
    question ||= localizedList(edited.assistant.examples)[0] ?? '';
  } catch (error) {
    if (error.status === 404) missing = true;
    else toast(explain(error), 'bad');
  }
  update();
}

const localizedList = texts => texts?.[state.language] ?? texts?.en ?? [];

function show(editable) {
  edited = editable;
  yaml = editable.yaml;
  note = '';
}

export const view = () => (edited ? editor() : html`
  ${missing ? html`<p class="notice">${icon('info')}<span>${t('notEditable')}</span></p>` : nothing}
  <div class="cards-grid">${state.assistants.map(a => html`
    <section class="card"><h2>${localized(a.title)}</h2>
      <p class="muted small">${a.id} · ${a.collections.length ? t('searches', a.collections.join(', ')) : t('searchesAll')}</p>
      <p class="small">${t('contact')}${t('colon')}${localized(a.contact)}</p>
      <div class="panel-actions"><a class="button" href="#/admin/assistants/${a.id}">${icon('edit')}${t('editAssistant')}</a></div>
    </section>`)}</div>`);

const base = () => `/api/admin/assistants/${encodeURIComponent(edited.id)}`;

const save = act(async () => {
  try {
    show(await put(base(), { yaml, note: note || undefined }));
    problem = null;
    state.assistants = await get('/api/assistants');
    toast(t('saved'));
  } catch (error) {
    problem = explain(error);
  }
  update();
});

const showPreview = act(async () => {
  try {
    preview = await post(`${base()}/preview`, { question, yaml });
    problem = null;
  } catch (error) {
    problem = explain(error);
  }
  update();
});

function editor() {
  return html`
    <p class="crumbs"><a href="#/admin/assistants">${icon('back')}${t('assistants')}</a></p>
    <form class="card" @submit=${event => {
      event.preventDefault();
      save();
    }}>
      <h2>${localized(edited.assistant.title)} <span class="badge">${t('version')} ${edited.version}</span></h2>
      <label class="field"><span>${t('yaml')}</span><textarea class="code" name="yaml" rows="18" spellcheck="false" required .value=${live(yaml)} @input=${e => { yaml = e.target.value; }}></textarea></label>
      <label class="field"><span>${t('comment')} (${t('optional')})</span><input type="text" maxlength="500" .value=${live(note)} @input=${e => { note = e.target.value; }}></label>
      ${problem ? html`<div class="problem" role="alert">${icon('warning')}<span><strong>${t('validationFailed')}.</strong> ${problem}</span></div>` : nothing}
      <div class="dialog-actions"><button class="primary">${t('save')}</button></div>
    </form>
    <section class="card">
      <h2>${t('preview')}</h2>
      <form class="inline-form" @submit=${event => {
        event.preventDefault();
        showPreview();
      }}>
        <label class="field"><span>${t('previewQuestion')}</span><input type="text" required .value=${live(question)} @input=${e => { question = e.target.value; }}></label>
        <button>${t('preview')}</button>
      </form>
      ${preview ? html`<div class="prompt">${promptView(preview)}</div>` : nothing}
    </section>
    <section class="card"><h2>${t('versions')}</h2>
      <ul class="revisions">${edited.versions.map(v => html`<li><strong>${t('version')} ${v.version}</strong> <span class="muted small">${v.createdAt ? dateTime(v.createdAt) : ''} ${v.note ?? ''}</span>
        ${v.version === edited.version ? html`<span class="badge good">${t('current')}</span>` : html`<button type="button" class="plain" @click=${act(async () => {
          show(await post(`${base()}/rollback`, { version: v.version }));
          update();
        })}>${t('restore')}</button>`}</li>`)}</ul>
    </section>`;
}
