export const EXPORT_FORMAT = "tenancy-audit-export/1";

/** What the log's key signs of an export, so that nothing can be left out at its ends or in the middle. */
export function extentText(extent: {
  readonly origin: string;
  readonly chain: string;
  readonly first: number;
  readonly last: number;
  readonly withheld: number;
  readonly size: number;
  readonly leaf: Buffer;
}): string {
  const { origin, chain, first, last, withheld, size, leaf } = extent;
  return `${origin}/extent\n${chain}\n${first} ${last} ${withheld}\n${size}\n${leaf.toString("base64")}\n`;
}

export function wholeText(origin: string, chains: number, size: number): string {
  return `${origin}/whole\n${chains} chains\n${size}\n`;
}
