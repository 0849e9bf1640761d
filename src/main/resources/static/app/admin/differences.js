/**
 * What changed between two lists of lines, by their longest common subsequence.
 *
 * @returns pairs of `same`, `out`, `in` or `gap` and the line; of what stayed, one line around each change
 */
export function differences(before, after) {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i][j] = before[i] === after[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const all = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      all.push(['same', before[i++]]);
      j++;
    } else if (j >= after.length || (i < before.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      all.push(['out', before[i++]]);
    } else {
      all.push(['in', after[j++]]);
    }
  }
  if (all.every(([kind]) => kind === 'same')) return [];
  const isNear = index => all.slice(Math.max(0, index - 1), index + 2).some(([kind]) => kind !== 'same');
  const shown = [];
  all.forEach((line, index) => {
    if (isNear(index)) shown.push(line);
    else if (shown.at(-1)?.[0] !== 'gap') shown.push(['gap', '']);
  });
  return shown;
}
