import { useMessages } from "../messages/LocaleProvider.tsx";
import { fieldErrors } from "./describe-problem.ts";

/** What each field of a form has to show after the server refused it. */
export function useFieldErrors(error: unknown): Readonly<Record<string, string>> {
  return fieldErrors(error, useMessages());
}
