/** X25519 (RFC 7748), its ladder as the text has it: decision 0002 says why it is no library's. */

const P = 2n ** 255n - 19n;
const A24 = 121665n;
const SIZE = 32;
const BITS = 255n;
const BASE = Uint8Array.of(9, ...new Uint8Array(SIZE - 1));

/** The public key (32 bytes) of a secret one (32). */
export function x25519PublicKey(secretKey: Uint8Array): Uint8Array {
  return x25519(secretKey, BASE);
}

/** The shared secret (32 bytes). Throws for a public key of low order: the result would be zero. */
export function x25519(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const scalar = (numberOf(secretKey) & (2n ** 254n - 8n)) | (2n ** 254n);
  const shared = ladder(scalar, mod(numberOf(publicKey) & (2n ** BITS - 1n)));
  if (shared === 0n) throw new RangeError("a public key of low order");
  return Uint8Array.from({ length: SIZE }, (_, at) => Number((shared >> BigInt(8 * at)) & 255n));
}

/** RFC 7748, 5: names and order of the steps are its own. */
function ladder(k: bigint, u: bigint): bigint {
  let [x2, z2, x3, z3] = [1n, 0n, u, 1n];
  let swap = 0n;
  for (let t = BITS - 1n; t >= 0n; t--) {
    const kt = (k >> t) & 1n;
    if (swap !== kt) [x2, x3, z2, z3] = [x3, x2, z3, z2];
    swap = kt;
    const [a, b, c, d] = [x2 + z2, x2 - z2, x3 + z3, x3 - z3];
    const [aa, bb, da, cb] = [mod(a * a), mod(b * b), mod(d * a), mod(c * b)];
    const e = aa - bb;
    x3 = mod((da + cb) ** 2n);
    z3 = mod(u * mod((da - cb) ** 2n));
    x2 = mod(aa * bb);
    z2 = mod(e * (aa + A24 * e));
  }
  if (swap) [x2, z2] = [x3, z3];
  return mod(x2 * power(z2, P - 2n));
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

/** Little-endian. */
function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
