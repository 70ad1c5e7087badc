/** An IPv4 or IPv6 address or range, as Cedar's `ip()` reads it. */
export interface IpRange {
  readonly bits: 32 | 128;
  readonly address: bigint;
  readonly prefix: number;
}

/** "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128" */
const CHARACTERS_MAX = 43;

/** Undefined when the text is none. IPv4 inside of IPv6 notation is refused, as the official engine does. */
export function readIp(text: string): IpRange | undefined {
  if (text.length > CHARACTERS_MAX || (text.includes(":") && text.includes("."))) return undefined;
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const isV6 = address.includes(":");
  const bits = isV6 ? 128 : 32;
  const prefix = slash < 0 ? bits : readPrefix(text.slice(slash + 1), bits);
  const value = isV6 ? readV6(address) : readV4(address);
  return prefix === undefined || value === undefined ? undefined : { bits, address: value, prefix };
}

function readPrefix(text: string, bits: 32 | 128): number | undefined {
  if (!/^(0|[1-9]\d{0,2})$/.test(text)) return undefined;
  const prefix = Number(text);
  return prefix <= bits ? prefix : undefined;
}

function readV4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let address = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    address = address * 256n + BigInt(part);
  }
  return address;
}

function readV6(text: string): bigint | undefined {
  const gap = text.indexOf("::");
  const head = readGroups(gap < 0 ? text : text.slice(0, gap));
  const tail = gap < 0 ? [] : readGroups(text.slice(gap + 2));
  if (!head || !tail) return undefined;
  const zeros = 8 - head.length - tail.length;
  if (gap < 0 ? zeros !== 0 : zeros < 1) return undefined;
  let address = 0n;
  for (const group of [...head, ...new Array<number>(zeros).fill(0), ...tail]) {
    address = (address << 16n) + BigInt(group);
  }
  return address;
}

function readGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  if (groups.length > 8 || !groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

export function isInRange(inner: IpRange, outer: IpRange): boolean {
  if (inner.bits !== outer.bits || inner.prefix < outer.prefix) return false;
  const rest = BigInt(outer.bits - outer.prefix);
  return inner.address >> rest === outer.address >> rest;
}

export function isLoopback({ bits, address, prefix }: IpRange): boolean {
  return bits === 32 ? prefix >= 8 && address >> 24n === 127n : prefix === 128 && address === 1n;
}

export function isMulticast({ bits, address, prefix }: IpRange): boolean {
  return bits === 32 ? prefix >= 4 && address >> 28n === 14n : prefix >= 8 && address >> 120n === 255n;
}
