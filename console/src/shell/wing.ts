import { createContext, type ReactNode, use } from "react";
import type { Messages } from "../messages/en.ts";
import type { IconName } from "../ui/Icon.tsx";

export interface Room {
  readonly label: (messages: Messages) => string;
  readonly to: string;
  readonly icon: IconName;
  /** The second key of `g …`. */
  readonly key: string;
  /** Other rooms stand below its address, so being there is not being here. */
  readonly isHome?: boolean;
}

/** A part of the console that one kind of person works in: the operators' rooms, a tenant's portal, an account. */
export interface Wing {
  /** What stands above the rooms. */
  readonly head: ReactNode;
  /** In the order of the navigation; only those that this person may enter. */
  readonly rooms: readonly Room[];
  readonly person: Person;
  /** Beside the search: where one is. */
  readonly whereabouts?: ReactNode;
  /** What the key `c` and the palette begin. */
  readonly create?: WingLink;
  /** The palette finds tenants, too. */
  readonly hasTenants: boolean;
  /** Where signing out leads. */
  readonly signInPath: string;
  /** Where the person adds a second factor. */
  readonly methodsPath: string;
  /** Above every page, as long as it concerns this person. */
  readonly notice?: ReactNode;
}

/** Who is signed in, and the menu under their name. */
interface Person {
  readonly name: string;
  readonly label: string;
  readonly links: readonly WingLink[];
  readonly note?: string | undefined;
}

export interface WingLink {
  readonly label: string;
  readonly to: string;
}

const WingContext = createContext<Wing | null>(null);
export const WingProvider = WingContext;

export function useWing(): Wing {
  const wing = use(WingContext);
  if (wing === null) throw new Error("useWing is called outside a frame");
  return wing;
}
