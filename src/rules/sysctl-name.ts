// Names and values of kernel settings, for what a session asks for and for what a container has.

/** The one spelling of a kernel setting: "net/ipv4/ip_forward" is "net.ipv4.ip_forward" to the kernel. */
export const canonicalSysctl = (name: string): string => name.replaceAll('/', '.');

/** Words with one dot between them: a dot at the end, an empty word or a line feed is a name of nothing, or of something else. */
export const isSysctlName = (name: string): boolean => /^[a-z0-9_-]+(?:\.[a-zA-Z0-9_-]+)+$/.test(name);

/** Numbers or words on one line; 255 characters are more than any setting has. */
export const isPlainSysctlValue = (value: string): boolean => /^[0-9A-Za-z][0-9A-Za-z ._-]{0,254}$/.test(value);
