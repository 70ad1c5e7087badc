import { type ReactNode, useEffect, useRef } from "react";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { hasNavigated } from "./navigation-state.ts";

interface PageHeadingProps {
  readonly title: string;
  readonly beside?: ReactNode;
  readonly actions?: ReactNode;
}

/** Takes focus after a navigation, so that the keyboard and the reader start at the new page. */
export function PageHeading({ title, beside, actions }: PageHeadingProps) {
  const { shell } = useMessages();
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasNavigated()) ref.current?.focus({ preventScroll: true });
  }, []);
  return (
    <header className="page-heading">
      <title>{shell.titleOf(title)}</title>
      <div className="row">
        <h1 ref={ref} tabIndex={-1}>
          {title}
        </h1>
        {beside}
      </div>
      {actions && <div className="row page-actions">{actions}</div>}
    </header>
  );
}
