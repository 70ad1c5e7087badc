import { createContext, use } from "react";
import { useMessages } from "../messages/LocaleProvider.tsx";

/** The tenant whose rooms these are, and what the person on the screen may do in it: the API says so. */
export interface Here {
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string };
  readonly permissions: ReadonlySet<string>;
  /** What speaks for owners is done by who has all of theirs. */
  readonly hasAllOfOwner: boolean;
}

const HereContext = createContext<Here | null>(null);
export const HereProvider = HereContext;

/** Null outside a tenant's rooms. */
export function useHereIfAny(): Here | null {
  return use(HereContext);
}

export function useHere(): Here {
  const here = useHereIfAny();
  if (here === null) throw new Error("useHere is called outside a tenant's rooms");
  return here;
}

/** Why a control is off, or false: it is on. */
export function useForbidden(): (permission: string) => string | false {
  const { permissions } = useHere();
  const { general } = useMessages();
  return (permission) => !permissions.has(permission) && general.forbidden(permission);
}

/** Why an act that speaks for owners is off, or false: it is on. */
export function useOwnersOnly(): string | false {
  const { hasAllOfOwner } = useHere();
  const { general } = useMessages();
  return !hasAllOfOwner && general.ownersOnly;
}
