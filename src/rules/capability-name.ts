/** The one spelling of a capability: "cap_sys_admin", "CAP_SYS_ADMIN" and "sys_admin" are all "SYS_ADMIN" to the engine. */
export const canonicalCapability = (name: string): string => name.toUpperCase().replace(/^CAP_/, '');
