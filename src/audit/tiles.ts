import { HASH_BYTES, type NodeReader, nodeHash, rootHash } from "./merkle.ts";

/** Hashes in a tile: a subtree of height 8 (c2sp.org/tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

export interface TileAt {
  readonly level: number;
  readonly index: number;
}

export interface Tile extends TileAt {
  /** Up to 256 hashes, one behind the other. */
  readonly hashes: Buffer;
}

/** The incomplete tiles on the right edge of a tree of this size; there is one per level at most. */
export function edgeOf(size: number): TileAt[] {
  const edge: TileAt[] = [];
  for (let level = 0, width = size; width > 0; level++, width = Math.floor(width / TILE_WIDTH)) {
    if (width % TILE_WIDTH > 0) edge.push({ level, index: Math.floor(width / TILE_WIDTH) });
  }
  return edge;
}

/** How many hashes the tile has in a tree of this size. */
export function widthOf({ level, index }: TileAt, size: number): number {
  const inLevel = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, inLevel - index * TILE_WIDTH));
}

/** Reads nodes of the tree out of tiles. `tile` throws for one that is not there. */
export function tileReader(tile: (at: TileAt) => Buffer): NodeReader {
  return (level, index) => {
    const inner = level % TILE_HEIGHT;
    const first = index * 2 ** inner;
    const at = { level: (level - inner) / TILE_HEIGHT, index: Math.floor(first / TILE_WIDTH) };
    return subtree(tile(at), first % TILE_WIDTH, 2 ** inner);
  };
}

function subtree(hashes: Buffer, first: number, count: number): Buffer {
  if (count === 1) {
    const hash = hashes.subarray(first * HASH_BYTES, (first + 1) * HASH_BYTES);
    if (hash.length !== HASH_BYTES) throw new RangeError("The tile is shorter than the tree's size says.");
    return hash;
  }
  const half = count / 2;
  return nodeHash(subtree(hashes, first, half), subtree(hashes, first + half, half));
}

/** Which tiles a computation reads: run it once with this reader, fetch them, run it again with `tileReader`. */
export function tileRecorder(): { read: NodeReader; tiles: TileAt[] } {
  const tiles = new Map<string, TileAt>();
  const read = tileReader((at) => {
    tiles.set(`${at.level}/${at.index}`, at);
    return NOTHING;
  });
  return {
    read,
    get tiles() {
      return [...tiles.values()];
    },
  };
}
const NOTHING = Buffer.alloc(TILE_WIDTH * HASH_BYTES);

/** Adds leaves to a tree of which only the right edge is known; gives the tiles that changed, and the root. */
export function appendLeaves(
  size: number,
  edge: readonly Tile[],
  leaves: readonly Buffer[],
): { size: number; root: Buffer; changed: Tile[] } {
  const changed = new Map<string, Tile>();
  const open: Buffer[][] = [];
  for (const { level, hashes } of edge) open[level] = split(hashes);
  const counts: number[] = [];
  const push = (level: number, hash: Buffer): void => {
    open[level] ??= [];
    counts[level] ??= Math.floor(size / TILE_WIDTH ** level);
    const tile = open[level];
    const index = Math.floor((counts[level] as number) / TILE_WIDTH);
    tile.push(hash);
    counts[level] = (counts[level] as number) + 1;
    if (tile.length < TILE_WIDTH) return;
    const hashes = Buffer.concat(tile);
    changed.set(`${level}/${index}`, { level, index, hashes });
    open[level] = [];
    push(level + 1, subtree(hashes, 0, TILE_WIDTH));
  };
  for (const leaf of leaves) push(0, leaf);
  const grown = size + leaves.length;
  for (const { level, index } of edgeOf(grown)) {
    const tile = { level, index, hashes: Buffer.concat(open[level] ?? []) };
    if (counts[level] !== undefined) changed.set(`${level}/${index}`, tile);
  }
  const known = new Map([...edge.map((tile) => [`${tile.level}/${tile.index}`, tile] as const), ...changed]);
  const read = tileReader(({ level, index }) => {
    const tile = known.get(`${level}/${index}`);
    if (!tile) throw new RangeError(`Tile ${level}/${index} is not on the edge.`);
    return tile.hashes;
  });
  return { size: grown, root: rootHash(read, grown), changed: [...changed.values()] };
}

function split(hashes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < hashes.length; at += HASH_BYTES) parts.push(hashes.subarray(at, at + HASH_BYTES));
  return parts;
}
