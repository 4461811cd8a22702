/** The one spelling of a kernel setting: "net/ipv4/ip_forward" is "net.ipv4.ip_forward" to the kernel. */
export const canonicalSysctl = (name: string): string => name.replaceAll('/', '.');
