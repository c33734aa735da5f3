/** Our logo: one of the server's own files, not part of the build. */
export const logoUrl = '/asset/icons/favicon.svg'
