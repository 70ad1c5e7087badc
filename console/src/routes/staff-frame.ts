import { createRoute, redirect } from "@tanstack/react-router";
import { isApiError } from "../api/api-error.ts";
import { sessionQuery } from "../features/session/queries.ts";
import { OperatorFrame } from "../shell/OperatorFrame.tsx";
import { root } from "./root.ts";

/** Staff's rooms ask who is signed in as staff; a user who strays in is led to their own. */
export const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  beforeLoad: async ({ context, location }) => {
    try {
      const { isMfaMissing } = await context.client.ensureQueryData(sessionQuery);
      if (isMfaMissing && !location.pathname.startsWith("/operator/"))
        throw redirect({ to: "/operator/methods", replace: true });
    } catch (error) {
      if (isApiError(error, "session.none")) throw redirect({ to: "/account", replace: true });
      if (!isApiError(error, "session.required")) throw error;
      if (location.pathname === "/") throw redirect({ to: "/sign-in", replace: true });
      const search = location.pathname === "/tenants" ? {} : { to: location.href };
      throw redirect({ to: "/operator/sign-in", search, replace: true });
    }
  },
  component: OperatorFrame,
});
