// What every benchmark needs: CPU time, rounds in turn, medians.

/** Seconds of CPU time, user and system, that this process has used. */
export function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** How often `work(times)` finishes in a second of CPU time; increases `times` until it takes `seconds`. */
export async function ratePerCpuSecond(work, { seconds = 0.3, atLeast = 1 } = {}) {
  for (let times = atLeast; ; times *= 4) {
    const start = cpuSeconds();
    await work(times);
    const took = cpuSeconds() - start;
    if (took >= seconds) return times / took;
  }
}

/** Runs all contenders in turn, round after round, and returns the rates of each by name. */
export async function inTurn(contenders, rounds) {
  const rates = new Map(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, measure] of Object.entries(contenders)) {
      const rate = await measure();
      // The first round warms up.
      if (round > 0) rates.get(name).push(rate);
    }
  return rates;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export const rounded = (value) => Number(value.toPrecision(3)).toLocaleString('en');
/** The median, the lowest and the highest. */
export const spread = (all) => `${rounded(median(all))} (${rounded(Math.min(...all))}–${rounded(Math.max(...all))})`;

/** A table of the rates of `inTurn`; compares the first contender with each other one. */
export function rateTable(work, unit, rates) {
  const [[first, own]] = rates;
  const rows = [...rates].map(([name, all]) => {
    const ratio = name === first ? '' : `${rounded(median(own) / median(all))} ×`;
    return `| ${name} | ${spread(all)} | ${ratio} |`;
  });
  return [`| ${work} | ${unit} | ${first} to it |`, '| --- | --- | --- |', ...rows].join('\n');
}
