import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { parsePeopleSearch, userQuery, usersQuery } from "../features/people/queries.ts";
import { crumbs } from "../shell/crumbs.tsx";
import { frame } from "./staff-frame.ts";

const people = createRoute({
  getParentRoute: () => frame,
  path: "/people",
  staticData: { crumb: crumbs.people },
});

const peopleTabs = createRoute({
  getParentRoute: () => people,
  id: "tabs",
  component: lazyRouteComponent(() => import("../features/people/PeopleLayout.tsx"), "PeopleLayout"),
});

const users = createRoute({
  getParentRoute: () => peopleTabs,
  path: "/",
  validateSearch: parsePeopleSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.client.prefetchQuery(usersQuery(deps)),
  component: lazyRouteComponent(() => import("../features/people/UsersTab.tsx"), "UsersTab"),
});

const staffRecoveries = createRoute({
  getParentRoute: () => peopleTabs,
  path: "/recoveries",
  component: lazyRouteComponent(
    () => import("../features/people/StaffRecoveriesTab.tsx"),
    "StaffRecoveriesTab",
  ),
});

const user = createRoute({
  getParentRoute: () => people,
  path: "/$userId",
  staticData: { crumb: crumbs.user },
  loader: ({ context, params }) => void context.client.prefetchQuery(userQuery(params.userId)),
  component: lazyRouteComponent(() => import("../features/people/UserPage.tsx"), "UserPage"),
});

export const peopleRoutes = people.addChildren([peopleTabs.addChildren([users, staffRecoveries]), user]);
