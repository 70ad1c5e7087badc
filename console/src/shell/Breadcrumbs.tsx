import { Link, useMatches } from "@tanstack/react-router";
import { useMessages } from "../messages/LocaleProvider.tsx";

/** From the routes on screen that name a crumb; the last is where you are. */
export function Breadcrumbs() {
  const { shell } = useMessages();
  const matches = useMatches().filter((match) => match.staticData.crumb);
  return (
    <nav className="crumbs" aria-label={shell.breadcrumbs}>
      <ol>
        {matches.map((match, index) => {
          const Crumb = match.staticData.crumb!; // kept by the filter above
          const isLast = index === matches.length - 1;
          return (
            <li key={match.id}>
              {isLast ? (
                <span aria-current="page">
                  <Crumb />
                </span>
              ) : (
                <Link to={match.pathname}>
                  <Crumb />
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
