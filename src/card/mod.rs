//! The card driver: SmartCard-HSM and Nitrokey HSM over whole APDUs.

pub mod status;
pub mod transport;
