/** torch's stream of uniform numbers on the CPU: MT19937, seeded as torch.manual_seed does. */

const N = 624;
const M = 397;

/** A function that gives the next 32 bits. Only the low 32 bits of a seed count, as in torch. */
export function generator(seed) {
  const words = new Uint32Array(N);
  words[0] = Number(BigInt.asUintN(32, BigInt(seed)));
  for (let i = 1; i < N; i++) {
    const before = words[i - 1] ^ (words[i - 1] >>> 30);
    words[i] = Math.imul(1812433253, before) + i;
  }
  let at = N;
  return () => {
    if (at === N) {
      twist(words);
      at = 0;
    }
    return temper(words[at++]);
  };
}

function twist(words) {
  for (let i = 0; i < N; i++) {
    const mixed = (words[i] & 0x80000000) | (words[(i + 1) % N] & 0x7fffffff);
    words[i] = words[(i + M) % N] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
  }
}

function temper(word) {
  word ^= word >>> 11;
  word ^= (word << 7) & 0x9d2c5680;
  word ^= (word << 15) & 0xefc60000;
  return (word ^ (word >>> 18)) >>> 0;
}

/** torch.rand(count) in float32: the low 24 bits of each draw. */
export function rand(seed, count) {
  const next = generator(seed);
  return Float64Array.from({ length: count }, () => (next() & 0xffffff) / 2 ** 24);
}

/** torch.rand(count, dtype=torch.float64): the low 53 bits of two draws, the first one high. */
export function randDouble(seed, count) {
  const next = generator(seed);
  return Float64Array.from({ length: count }, () => {
    const high = next() & 0x1fffff;
    return (high * 2 ** 32 + next()) / 2 ** 53;
  });
}
