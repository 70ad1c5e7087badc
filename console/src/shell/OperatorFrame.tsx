import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "../features/session/queries.ts";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { Frame } from "./Frame.tsx";
import { rooms } from "./rooms.ts";
import { WhereAmI } from "./WhereAmI.tsx";

/** The operators' rooms: the whole platform. */
export function OperatorFrame() {
  const { shell, tenants, account } = useMessages();
  const session = useQuery(sessionQuery).data;
  const held = new Set(session?.permissions);
  const name = session?.operator.name ?? "";
  return (
    <Frame
      wing={{
        head: shell.product,
        rooms: rooms.filter(({ permission }) => held.has(permission)),
        person: {
          name,
          label: shell.operatorMenu(name),
          links: [
            { label: account.methods.title, to: "/operator/methods" },
            { label: account.sessions.title, to: "/operator/devices" },
          ],
          note: session && shell.serverVersion(session.version),
        },
        whereabouts: <WhereAmI />,
        ...(held.has("tenants.create") ? { create: { label: tenants.create, to: "/tenants/new" } } : {}),
        hasTenants: held.has("tenants.list"),
        signInPath: "/operator/sign-in",
        methodsPath: "/operator/methods",
      }}
    />
  );
}
