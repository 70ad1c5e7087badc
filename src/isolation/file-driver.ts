import { constants, type Dirent } from "node:fs";
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  opendir,
  realpath,
  rename,
  rm,
  rmdir,
  unlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { isUuid } from "../base/ids.ts";
import { isolationError } from "./errors.ts";
import type { ByteRange, PendingWrite, StorageDriver, StorageWriter } from "./storage-driver.ts";
import { badPath } from "./storage-path.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const PUBLISH_ATTEMPTS_MAX = 5;

/**
 * Files in a folder of this machine: `tenants/<tenantId>/<path>`, and `writing/<tenantId>/<writeId>` until they are
 * published. FlyDrive's own driver for files is not used: it follows symbolic links and writes in place.
 *
 * No link is followed below the root. Who can make links there while we look can already read the disk; the checks
 * are against links that were left lying, by a restored archive or another program.
 */
export class FileDriver implements StorageDriver {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** Makes the folder when it is missing. The folder itself may be behind a link. */
  static async open(folder: string): Promise<FileDriver> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new FileDriver(await realpath(folder));
  }

  async begin(write: PendingWrite): Promise<StorageWriter> {
    const temporary = this.#temporary(write);
    await makeFolders(this.#root, ["writing", write.tenantId]);
    const handle = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    return new FileWriter(handle, temporary, this.#final(write.tenantId, write.path), () =>
      this.#publish(temporary, write.tenantId, write.path),
    );
  }

  async read(tenantId: string, path: string, range?: ByteRange): Promise<Readable> {
    let handle: FileHandle | undefined;
    try {
      handle = await this.#openFile(tenantId, path);
      if ((await handle.stat()).isFile()) {
        return handle.createReadStream(range ? { start: range.first, end: range.last } : {});
      }
    } catch (error) {
      await handle?.close();
      throw isMissing(error) ? isolationError("storage.not_found", { path }) : named(error, path);
    }
    await handle.close();
    throw isolationError("storage.not_found", { path });
  }

  async #openFile(tenantId: string, path: string): Promise<FileHandle> {
    await this.#refuseLinks(tenantId, path);
    // Not waiting for the other end of a pipe that was left there.
    return open(this.#final(tenantId, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  }

  async size(tenantId: string, path: string): Promise<number | undefined> {
    try {
      await this.#refuseLinks(tenantId, path);
      const found = await lstat(this.#final(tenantId, path));
      return found.isFile() ? found.size : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async remove(tenantId: string, path: string): Promise<void> {
    try {
      await this.#refuseLinks(tenantId, path);
      await unlink(this.#final(tenantId, path));
    } catch (error) {
      if (!isMissing(error)) throw named(error, path);
    }
    await this.#pruneFolders(tenantId, path);
  }

  async sweep(write: PendingWrite): Promise<void> {
    await rm(this.#temporary(write), { force: true });
  }

  async eraseTenant(tenantId: string): Promise<number> {
    const files = await this.countTenant(tenantId);
    for (const folder of this.#foldersOf(tenantId)) {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
    return files;
  }

  async countTenant(tenantId: string): Promise<number> {
    let files = 0;
    for (const folder of this.#foldersOf(tenantId)) {
      for await (const entry of walk(folder)) if (!entry.isDirectory()) files += 1;
    }
    return files;
  }

  async close(): Promise<void> {}

  async #publish(temporary: string, tenantId: string, path: string): Promise<void> {
    const segments = ["tenants", tenantId, ...path.split("/").slice(0, -1)];
    const final = this.#final(tenantId, path);
    for (let attempt = 1; ; attempt++) {
      try {
        await makeFolders(this.#root, segments);
        // Replaces a link itself, not what it points to.
        await rename(temporary, final);
        return;
      } catch (error) {
        // Whoever removes the last other file of a folder removes the folder, too.
        if ((error as NodeJS.ErrnoException).code === "ENOENT" && attempt < PUBLISH_ATTEMPTS_MAX) continue;
        throw named(error, path);
      }
    }
  }

  /** No folder on the way is a link: then the way is what it says. */
  async #refuseLinks(tenantId: string, path: string): Promise<void> {
    const folder = dirname(this.#final(tenantId, path));
    if ((await realpath(folder)) !== folder) throw badPath(path, "a folder on its way is a symbolic link");
  }

  async #pruneFolders(tenantId: string, path: string): Promise<void> {
    const segments = path.split("/").slice(0, -1);
    for (; segments.length > 0; segments.pop()) {
      try {
        await rmdir(this.#final(tenantId, segments.join("/")));
      } catch {
        return;
      }
    }
  }

  #final(tenantId: string, path: string): string {
    return join(this.#root, "tenants", checked(tenantId), path);
  }

  #temporary(write: { tenantId: string; writeId: string }): string {
    return join(this.#root, "writing", checked(write.tenantId), checked(write.writeId));
  }

  #foldersOf(tenantId: string): string[] {
    return ["tenants", "writing"].map((kind) => join(this.#root, kind, checked(tenantId)));
  }
}

class FileWriter implements StorageWriter {
  readonly #temporary: string;
  readonly #final: string;
  readonly #publish: () => Promise<void>;
  #handle: FileHandle | undefined;
  #isPublished = false;

  constructor(handle: FileHandle, temporary: string, final: string, publish: () => Promise<void>) {
    this.#handle = handle;
    this.#temporary = temporary;
    this.#final = final;
    this.#publish = publish;
  }

  get isPublished(): boolean {
    return this.#isPublished;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#handle) throw new Error("The writer has ended");
    for (let offset = 0; offset < bytes.length; ) {
      offset += (await this.#handle.write(bytes, offset)).bytesWritten;
    }
  }

  async finish(): Promise<void> {
    await this.#handle?.sync();
    await this.#close();
  }

  async publish(): Promise<void> {
    if (!this.#isPublished) await this.#publish();
    this.#isPublished = true;
    await syncFolder(dirname(this.#final));
  }

  async discard(): Promise<void> {
    await this.#close();
    if (!this.#isPublished) await rm(this.#temporary, { force: true });
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

async function makeFolders(root: string, segments: readonly string[]): Promise<void> {
  let folder = root;
  for (const segment of segments) {
    folder = join(folder, segment);
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const found = await lstat(folder);
      if (found.isSymbolicLink())
        throw badPath(segments.slice(2).join("/"), "a folder on its way is a symbolic link");
      if (!found.isDirectory()) throw badPath(segments.slice(2).join("/"), `\`${segment}\` is a file`);
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* walk(folder: string): AsyncGenerator<Dirent> {
  try {
    for await (const entry of await opendir(folder)) {
      yield entry;
      if (entry.isDirectory()) yield* walk(join(folder, entry.name));
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** What the file system refuses about a path that is well-formed. */
function named(error: unknown, path: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ELOOP":
      return badPath(path, "it is a symbolic link");
    case "EISDIR":
    case "ENOTEMPTY":
    case "EEXIST":
      return badPath(path, "it is a folder");
    case "ENOTDIR":
      return badPath(path, "a folder on its way is a file");
    case "ENAMETOOLONG":
      return badPath(path, "it is too long for this file system");
    default:
      return error;
  }
}

/** Ids become names of folders: only a UUID may. */
function checked(id: string): string {
  if (!isUuid(id)) throw new RangeError(`Expected an id, got ${JSON.stringify(id)}`);
  return id;
}
