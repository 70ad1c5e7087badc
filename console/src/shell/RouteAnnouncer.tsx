import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { noteNavigation } from "./navigation-state.ts";

/** Late enough for the new page to have set its title. */
const titleDelayMs = 150;

/** Says the new page's title politely, so that it never cuts off the news of an act. */
export function RouteAnnouncer() {
  const router = useRouter();
  const [text, setText] = useState("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const stopBefore = router.subscribe("onBeforeNavigate", ({ fromLocation, pathChanged }) => {
      if (fromLocation && pathChanged) noteNavigation();
    });
    const stopAfter = router.subscribe("onRendered", ({ pathChanged }) => {
      clearTimeout(timer);
      if (pathChanged) timer = setTimeout(() => setText(document.title), titleDelayMs);
    });
    return () => {
      clearTimeout(timer);
      stopBefore();
      stopAfter();
    };
  }, [router]);
  return (
    <div className="only-for-readers" aria-live="polite">
      {text}
    </div>
  );
}
