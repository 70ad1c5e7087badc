const paths = {
  tenants: "M2.500 13.500v-11h6v11M8.500 6h5v7.500M1.500 13.500h13M5 5h1M5 8h1M5 11h1M11 8.500h.5M11 11h.5",
  migrations: "M3 3.500h10M3 8h6M3 12.500h4M11.500 8v5m-2-2 2 2 2-2",
  isolation: "M8 1.500 13.500 4v4c0 3.200-2.300 5.500-5.500 6.500C4.800 13.500 2.500 11.200 2.500 8V4z",
  cells:
    "M8 6c3 0 5-.9 5-2s-2-2-5-2-5 .9-5 2 2 2 5 2zM3 4v8c0 1.100 2 2 5 2s5-.9 5-2V4M3 8c0 1.100 2 2 5 2s5-.9 5-2",
  activity: "M1.500 8.500h3l2-5.500 3 10 2-4.500h3",
  apiKeys:
    "M10.500 9.500a3.500 3.500 0 1 0-3.300-2.300L2 12.500V14h2v-1.500h1.500V11H7l1.200-1.200a3.500 3.500 0 0 0 2.300-.3zM11 5.500h.01",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.600-1.400L14 14",
  copy: "M5.500 5.500v-3h8v8h-3M2.500 5.500h8v8h-8z",
  check: "M3 8.500 6.500 12 13 4.500",
  close: "m3.500 3.500 9 9m0-9-9 9",
  menu: "M2.500 4h11M2.500 8h11M2.500 12h11",
  down: "m4 6 4 4 4-4",
  up: "m4 10 4-4 4 4",
  right: "m6 4 4 4-4 4",
  more: "M3.500 8h.01M8 8h.01M12.500 8h.01",
  terminal: "m3 4.500 3.500 3.500L3 11.500M8 12h5",
  person:
    "M8 8a2.750 2.750 0 1 0 0-5.500A2.750 2.750 0 0 0 8 8zm-5.500 6c.4-2.400 2.600-4 5.500-4s5.100 1.600 5.500 4",
  warn: "M8 2 14.500 13.500h-13zM8 6.500v3.200M8 11.700h.01",
  info: "M8 14.500A6.500 6.500 0 1 0 8 1.500a6.500 6.500 0 0 0 0 13zM8 7.500v3.500M8 5h.01",
  plus: "M8 3v10M3 8h10",
} as const;

export type IconName = keyof typeof paths;

/** Always beside or inside something that has a name, so never read out itself. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2 : 1.25}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
