/** The sign of the house, one of the server's own files (not part of the build). */
export const houseSign = '/asset/icons/favicon.svg'
