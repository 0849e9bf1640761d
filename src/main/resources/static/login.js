const texts = {
  en: {
    name: 'Name', password: 'Password', signIn: 'Sign in', code: 'One-time code from the log',
    setUp: 'Set up the first administrator. The code is in the log of the service.',
    create: 'Create the administrator', proxy: 'You sign in at the proxy in front of this service.',
    unreachable: 'The service cannot be reached.', refused: 'The provider\'s sign-in was refused.',
  },
  zh: {
    name: '用户名', password: '密码', signIn: '登录', code: '日志中的一次性代码',
    setUp: '请创建第一位管理员。代码在服务日志中。',
    create: '创建管理员', proxy: '请通过服务前的代理登录。',
    unreachable: '无法连接服务。', refused: '身份提供方的登录被拒绝。',
  },
};

const $ = id => document.getElementById(id);
const language = localStorage.getItem('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
const t = texts[language] ?? texts.en;
document.documentElement.lang = language;
for (const e of document.querySelectorAll('[data-text]')) e.textContent = t[e.dataset.text];

let isSetup = false;

async function start() {
  const me = await (await fetch('/api/me')).json();
  if (me.signedIn) return location.replace('/');
  isSetup = me.setup;
  $('form').hidden = me.mode !== 'local';
  $('code-label').hidden = !isSetup;
  $('provider').hidden = !me.providerUrl;
  if (me.providerUrl) $('provider').href = me.providerUrl;
  if (me.mode === 'proxy') $('intro').textContent = t.proxy;
  if (location.search.includes('error')) $('problem').textContent = t.refused;
  if (isSetup) {
    $('intro').textContent = t.setUp;
    $('code').required = true;
    $('password').autocomplete = 'new-password';
    document.querySelector('#form button').textContent = t.create;
  }
  (isSetup ? $('code') : $('name')).focus();
}

$('form').addEventListener('submit', async event => {
  event.preventDefault();
  $('problem').textContent = '';
  const body = { name: $('name').value.trim(), password: $('password').value };
  if (isSetup) body.code = $('code').value;
  try {
    const response = await fetch(isSetup ? '/api/setup' : '/api/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.ok) return location.replace('/');
    $('problem').textContent = (await response.json()).detail;
  } catch {
    $('problem').textContent = t.unreachable;
  }
});

start().catch(() => { $('problem').textContent = t.unreachable; });
