// Made from package.json; npm run generate writes it anew.
/** The version of the package. */
export const version = '0.1.0'
