/** Reads server-sent events of a fetch response and hands each to its handler by name. */
export async function readEvents(response, handlers) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const name = lines.find(l => l.startsWith('event:'))?.slice(6).trim();
      const data = lines.filter(l => l.startsWith('data:')).map(l => l.slice(5)).join('\n');
      if (name && handlers[name]) handlers[name](JSON.parse(data));
    }
  }
}
