/** Style sheets that modules import for their effect. */
declare module "*.css";
