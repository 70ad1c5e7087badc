import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "../features/session/queries.ts";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { Frame } from "./Frame.tsx";
import { rooms } from "./rooms.ts";
import { WhereAmI } from "./WhereAmI.tsx";

/** The operators' rooms: the whole platform. */
export function OperatorFrame() {
  const { shell, tenants } = useMessages();
  const session = useQuery(sessionQuery).data;
  const name = session?.operator.name ?? "";
  return (
    <Frame
      wing={{
        head: shell.product,
        rooms,
        person: {
          name,
          label: shell.operatorMenu(name),
          links: [],
          note: session && shell.serverVersion(session.version),
        },
        whereabouts: <WhereAmI />,
        create: { label: tenants.create, to: "/tenants/new" },
        hasTenants: true,
        signInPath: "/operator/sign-in",
        methodsPath: "/account/methods",
      }}
    />
  );
}
