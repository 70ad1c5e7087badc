/** Directories whose own words the guide knows, and any other. */
export const directories = ["entra", "okta", "other"] as const;
export type DirectoryName = (typeof directories)[number];
