import { useQuery } from "@tanstack/react-query";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { sessionQuery } from "./queries.ts";

/** Why an act on the platform is off for this operator, or false: it is on. */
export function useForbiddenToStaff(): (permission: string) => string | false {
  const permissions = useQuery(sessionQuery).data?.permissions;
  const { general } = useMessages();
  return (permission) =>
    permissions !== undefined && !permissions.includes(permission) && general.forbiddenToStaff(permission);
}
