import { html, live, nothing } from '../lib.js';
import { get, patch, post, put, remove } from '../api.js';
import { icon } from '../icons.js';
import { date, dateTime, t } from '../texts.js';
import { state, toast, update } from '../state.js';
import { act } from '../shell.js';
import { explain } from '../chats.js';
import { confirmDialog, openDialog } from '../dialog.js';

const ROLES = ['READER', 'EDITOR', 'ADMIN', 'AUDITOR'];
const SCOPES = ['CHAT', 'INGEST', 'ADMIN', 'AUDIT', 'METRICS'];
const TABS = ['users', 'groups', 'keys', 'audit'];

let tab = 'users';
let loaded = {};
let missing = false;

export async function enter() {
  missing = false;
  await load();
}

const PATHS = { users: '/api/admin/users', groups: '/api/admin/collections', keys: '/api/admin/keys', audit: '/api/admin/audit' };

async function load() {
  try {
    loaded[tab] = await get(PATHS[tab]);
    missing = false;
  } catch (error) {
    if (error.status === 404) missing = true;
    else toast(explain(error), 'bad');
  }
  update();
}

const words = text => text.split(/[,，]/).map(w => w.trim()).filter(Boolean);

export const view = () => html`
  <div class="tabs" role="tablist">${TABS.map(name => html`
    <button type="button" role="tab" id="tab-${name}" aria-selected=${name === tab} aria-controls="tab-panel" @click=${() => {
      tab = name;
      update();
      load();
    }}>${name === 'groups' ? t('collections') : t(name)}</button>`)}</div>
  ${state.me?.mode === 'demo' ? html`<p class="notice">${icon('info')}<span>${t('noUsersHere')}</span></p>` : nothing}
  <div id="tab-panel" role="tabpanel" aria-labelledby="tab-${tab}">
    ${missing ? html`<p class="muted">${t('notThere')}</p>` : loaded[tab] ? { users, groups, keys, audit }[tab](loaded[tab]) : nothing}
  </div>`;

const users = list => html`
  <p class="panel-actions"><button type="button" @click=${act(() => editUser(null))}>${icon('plus')}${t('addUser')}</button></p>
  ${list.length ? nothing : html`<p class="muted">${t('noUsers')}</p>`}
  <table ?hidden=${!list.length} class="data cards"><thead><tr><th scope="col">${t('name')}</th><th scope="col">${t('roles')}</th><th scope="col">${t('groups')}</th><th scope="col">${t('stateName')}</th><th><span class="sr-only">${t('more')}</span></th></tr></thead>
    <tbody>${list.map(u => html`<tr><td class="main-cell"><strong>${u.displayName || u.name}</strong> <span class="muted small">${u.name}</span></td>
      <td data-label=${t('roles')}>${u.roles.map(role => t('roleNames')[role]).join(', ')}</td><td data-label=${t('groups')}>${u.groups.join(', ')}</td>
      <td data-label=${t('stateName')}><span class="badge ${u.enabled === false ? 'bad' : 'good'}">${u.enabled === false ? t('disabled') : t('enabled')}</span></td>
      <td class="row-tools"><button type="button" class="plain icon-button" aria-label="${t('edit')}: ${u.name}" @click=${act(() => editUser(u))}>${icon('edit')}</button>
        <button type="button" class="plain icon-button" aria-label="${t('remove')}: ${u.name}" @click=${act(async () => {
          if (!await confirmDialog(t('deleteUser'), u.name, t('remove'))) return;
          await remove(`/api/admin/users/${encodeURIComponent(u.name)}`);
          await load();
        })}>${icon('trash')}</button></td></tr>`)}</tbody></table>`;

async function editUser(user) {
  const said = await openDialog(user ? user.name : t('addUser'), close => html`
    <form @submit=${event => {
      event.preventDefault();
      const form = new FormData(event.target);
      close({
        name: form.get('name'), displayName: form.get('displayName') || undefined, password: form.get('password') || undefined,
        roles: form.getAll('role'), groups: words(form.get('groups')), enabled: user ? form.has('enabled') : undefined,
      });
    }}>
      ${user ? nothing : html`<label class="field"><span>${t('name')}</span><input name="name" type="text" required autofocus autocomplete="off"></label>`}
      <label class="field"><span>${t('displayName')}</span><input name="displayName" type="text" .value=${user?.displayName ?? ''}></label>
      <label class="field"><span>${t('password')}${user ? ` (${t('optional')})` : ''}</span><input class="wide" name="password" type="password" minlength="8" ?required=${!user} autocomplete="new-password"></label>
      <fieldset class="field"><legend>${t('roles')}</legend><div class="choices">${ROLES.map(role => html`<label class="choice"><input type="checkbox" name="role" value=${role} ?checked=${user ? user.roles.includes(role) : role === 'READER'}><span>${t('roleNames')[role]}</span></label>`)}</div></fieldset>
      <label class="field"><span>${t('groups')} (${t('commaSeparated')})</span><input name="groups" type="text" .value=${user?.groups.join(', ') ?? ''}></label>
      ${user ? html`<label class="choice block"><input type="checkbox" name="enabled" ?checked=${user.enabled !== false}><span>${t('enabled')}</span></label>` : nothing}
      <div class="dialog-actions"><button type="button" @click=${() => close()}>${t('cancel')}</button><button class="primary">${t('save')}</button></div>
    </form>`);
  if (!said) return;
  if (user) await patch(`/api/admin/users/${encodeURIComponent(user.name)}`, { ...said, name: undefined });
  else await post('/api/admin/users', said);
  await load();
}

/** Which groups may read a collection. */
const groups = byCollection => html`
  <table class="data"><thead><tr><th scope="col">${t('collection')}</th><th scope="col">${t('readers')}</th><th><span class="sr-only">${t('more')}</span></th></tr></thead>
    <tbody>${[...new Set([...state.choices.collections.map(c => c.name), ...Object.keys(byCollection)])].sort().map(name => html`<tr>
      <td class="main-cell"><strong>${name}</strong></td><td>${byCollection[name]?.length ? byCollection[name].join(', ') : t('everybody')}</td>
      <td class="row-tools"><button type="button" class="plain icon-button" aria-label="${t('edit')}: ${name}" @click=${act(async () => {
        const said = await openDialog(`${t('readers')}${t('colon')}${name}`, close => html`
          <form @submit=${event => {
            event.preventDefault();
            close(words(new FormData(event.target).get('groups')));
          }}><label class="field"><span>${t('groups')} (${t('commaSeparated')})</span><input name="groups" type="text" autofocus placeholder=${t('everybody')} .value=${byCollection[name]?.join(', ') ?? ''}></label>
          <div class="dialog-actions"><button type="button" @click=${() => close()}>${t('cancel')}</button><button class="primary">${t('save')}</button></div></form>`);
        if (!said) return;
        await put(`/api/admin/collections/${encodeURIComponent(name)}`, { groups: said });
        await load();
      })}>${icon('edit')}</button></td></tr>`)}</tbody></table>`;

const keys = list => html`
  <p class="panel-actions"><button type="button" @click=${act(addKey)}>${icon('plus')}${t('addKey')}</button></p>
  ${list.length ? nothing : html`<p class="muted">${t('noKeys')}</p>`}
  <table ?hidden=${!list.length} class="data cards"><thead><tr><th scope="col">${t('keyName')}</th><th scope="col">${t('owner')}</th><th scope="col">${t('scopes')}</th><th scope="col">${t('expires')}</th><th><span class="sr-only">${t('more')}</span></th></tr></thead>
    <tbody>${list.map(k => html`<tr><td class="main-cell"><strong>${k.name}</strong></td><td data-label=${t('owner')}>${k.owner}</td><td data-label=${t('scopes')}>${k.scopes.map(scope => t('scopeNames')[scope]).join(', ')}</td><td data-label=${t('expires')}>${k.expiresAt ? date(k.expiresAt) : ''}</td>
      <td class="row-tools"><button type="button" @click=${act(async () => {
        await remove(`/api/admin/keys/${encodeURIComponent(k.id)}`);
        await load();
      })}>${t('revoke')}</button></td></tr>`)}</tbody></table>`;

async function addKey() {
  const said = await openDialog(t('addKey'), close => html`
    <form @submit=${event => {
      event.preventDefault();
      const form = new FormData(event.target);
      close({ name: form.get('name'), scopes: form.getAll('scope'), validDays: Number(form.get('days')) });
    }}>
      <label class="field"><span>${t('keyName')}</span><input name="name" type="text" required maxlength="100" autofocus></label>
      <fieldset class="field"><legend>${t('scopes')}</legend><div class="choices">${SCOPES.map(s => html`<label class="choice"><input type="checkbox" name="scope" value=${s} ?checked=${s === 'CHAT'}><span>${t('scopeNames')[s]}</span></label>`)}</div></fieldset>
      <label class="field"><span>${t('days_')}</span><input name="days" type="number" min="1" max="365" value="90" required></label>
      <div class="dialog-actions"><button type="button" @click=${() => close()}>${t('cancel')}</button><button class="primary">${t('save')}</button></div>
    </form>`);
  if (!said) return;
  const made = await post('/api/keys', said);
  await openDialog(t('addKey'), close => html`<p>${t('keyOnce')}</p><code class="secret">${made.secret}</code>
    <div class="dialog-actions"><button type="button" class="primary" @click=${() => close()}>${t('close')}</button></div>`);
  await load();
}

const audit = list => html`
  <div class="table-scroll" tabindex="0" role="region" aria-label=${t('audit')}><table class="data cards"><thead><tr><th scope="col">${t('when')}</th><th scope="col">${t('who')}</th><th scope="col">${t('what')}</th><th scope="col">${t('about')}</th></tr></thead>
    <tbody>${list.map(e => html`<tr><td>${dateTime(e.at ?? e.createdAt)}</td><td data-label=${t('who')}>${e.actor}</td><td data-label=${t('what')}><div>${t('auditActions')[e.action] ?? e.action}${e.status >= 400 ? html` <span class="badge bad">${e.status}</span>` : nothing}</div></td><td data-label=${t('about')} class="small">${e.subject ?? e.target ?? ''} ${e.detail ?? ''}</td></tr>`)}</tbody></table></div>`;
