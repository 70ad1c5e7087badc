import { Resolver } from "node:dns/promises";
import { DNS_TIMEOUT_MS } from "./limits.ts";

/** The TXT records of a name, each as one text; none when there are none. Throws when DNS does not answer. */
export type ResolveTxt = (name: string) => Promise<readonly string[]>;

const NOTHING = new Set(["ENOTFOUND", "ENODATA", "NXDOMAIN"]);

/** @param servers Addresses of DNS servers, with port. Default: those of the system. */
export function dnsTxt(servers?: readonly string[]): ResolveTxt {
  return async (name) => {
    const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
    if (servers) resolver.setServers(servers);
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
    } catch (failure) {
      if (NOTHING.has((failure as { code?: string }).code ?? "")) return [];
      throw failure;
    }
  };
}
