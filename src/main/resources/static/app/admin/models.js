import { html, live, nothing } from '../lib.js';
import { get, post, remove } from '../api.js';
import { icon } from '../icons.js';
import { bytes, number, seconds, t } from '../texts.js';
import { toast, update } from '../state.js';
import { act } from '../shell.js';
import { explain } from '../chats.js';
import { confirmDialog } from '../dialog.js';

let models = null;
let adapters = [];
let measured = null;
let isMeasuring = false;
const wanted = { name: '', path: '', scale: '1' };

export async function enter() {
  try {
    models = await get('/api/admin/models');
    adapters = await get('/api/admin/adapters');
  } catch (error) {
    toast(explain(error), 'bad');
  }
  update();
}

const fact = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;

export function view() {
  if (models === null) return nothing;
  return html`
    ${models.length ? models.map(modelCard) : html`<p class="notice">${icon('info')}<span>${t('noModel')}</span></p>`}
    <h2>${t('adapters')}</h2>
    ${adapters.length ? html`
      <table class="data cards"><thead><tr><th scope="col">${t('name')}</th><th scope="col">${t('file')}</th><th scope="col" class="right">${t('rank')}</th><th scope="col" class="right">${t('scale')}</th><th scope="col" class="right">${t('size')}</th><th scope="col" class="right">${t('requests')}</th><th><span class="sr-only">${t('more')}</span></th></tr></thead>
        <tbody>${adapters.map(a => html`<tr><td class="main-cell"><strong>${a.name}</strong></td><td data-label=${t('file')}>${a.file}</td><td class="right" data-label=${t('rank')}>${a.rank}</td><td class="right" data-label=${t('scale')}>${number(a.scale, 2)}</td><td class="right" data-label=${t('size')}>${bytes(a.bytes)}</td><td class="right" data-label=${t('requests')}>${a.requests}</td>
          <td class="row-tools"><button type="button" @click=${act(async () => {
            if (!await confirmDialog(t('unloadTitle'), a.name, t('unload'))) return;
            await remove(`/api/admin/adapters/${encodeURIComponent(a.name)}`);
            await enter();
          })}>${t('unload')}</button></td></tr>`)}</tbody></table>` : html`<p class="muted">${t('noAdapters')}</p>`}
    <form class="card inline-form" @submit=${event => {
      event.preventDefault();
      act(async () => {
        await post('/api/admin/adapters', { name: wanted.name, path: wanted.path, scale: Number(wanted.scale) });
        await enter();
      })();
    }}>
      ${['name', 'path', 'scale'].map(name => html`<label class="field"><span>${t(name)}</span><input name=${name} type=${name === 'scale' ? 'number' : 'text'} step="0.05" required .value=${live(wanted[name])} @input=${e => { wanted[name] = e.target.value; }}></label>`)}
      <button class="primary">${t('load')}</button>
    </form>`;
}

const modelCard = m => html`
  <div class="card">
    <h2>${m.name}</h2>
    <dl class="facts">
      ${fact(t('file'), `${m.file} · ${bytes(m.bytes)}`)}
      ${fact(t('architecture'), m.architecture)}
      ${fact(t('parameters'), number(m.parameters))}
      ${fact(t('format'), Object.entries(m.tensors).map(([type, count]) => html`<span class="badge">${type} × ${count}</span> `))}
      ${fact(t('contextLength'), `${number(m.contextLength)} / ${number(m.trainedContextLength)} ${t('tokens')}`)}
      ${fact(t('vocabulary'), number(m.vocabulary))}
      ${fact(t('runningNow'), `${m.status.running} · ${t('waitingNow')} ${m.status.queued}`)}
      ${fact(t('kvCache'), bytes(m.status.kvCacheBytes))}
      ${measured ? [
        fact(t('prefill'), t('tokensPerSecond', number(measured.prefill, 1))),
        fact(t('decode'), t('tokensPerSecond', number(measured.decode, 1))),
        fact(t('firstToken'), seconds(measured.firstTokenMs))] : nothing}
    </dl>
    <div class="panel-actions"><button type="button" ?disabled=${isMeasuring} @click=${act(measure)}>${icon('chart')}${t('benchmark')}</button>
      <span class="hint">${isMeasuring ? html`<span class="pulse"></span>` : t('benchmarkHint')}</span></div>
  </div>`;

async function measure() {
  isMeasuring = true;
  update();
  try {
    measured = await post('/api/admin/models/benchmark');
  } finally {
    isMeasuring = false;
    update();
  }
}
