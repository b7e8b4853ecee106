# One folder of src/ = one static library that may link only the folders above it (ARCHITECTURE.md).
#
#   millrace_module(store DEPS base)         -> library millrace_store from src/store/*.cc,
#                                               test store_test from src/store/*_test.cc
#   millrace_module(svc/s3 DEPS svc)         -> millrace_svc_s3, svc_s3_test
#   ... PACKAGES RocksDB::rocksdb            -> third-party link targets, private to the folder
#   ... TEST_DEPS store_mem                  -> extra folders for the tests alone
#   ... SUBFOLDERS resources                 -> src/svc/s3/resources/*.cc belong to it too
#
# Files are found by glob: adding a .cc or a _test.cc needs no edit here.
include(GoogleTest)

function(millrace_module folder)
  cmake_parse_arguments(ARG "" "" "DEPS;PACKAGES;TEST_DEPS;SUBFOLDERS" ${ARGN})
  string(REPLACE "/" "_" name "${folder}")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cc
       ${CMAKE_SOURCE_DIR}/src/${folder}/*.c)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.h)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*_test.cc)
  foreach(subfolder ${ARG_SUBFOLDERS})
    set(inner ${CMAKE_SOURCE_DIR}/src/${folder}/${subfolder})
    file(GLOB inner_sources CONFIGURE_DEPENDS ${inner}/*.cc)
    file(GLOB inner_headers CONFIGURE_DEPENDS ${inner}/*.h)
    file(GLOB inner_tests CONFIGURE_DEPENDS ${inner}/*_test.cc)
    list(APPEND sources ${inner_sources})
    list(APPEND headers ${inner_headers})
    list(APPEND tests ${inner_tests})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$|_fuzz\\.cc$")
  if(NOT sources AND NOT headers)
    add_library(millrace_${name} INTERFACE)
    return()
  endif()
  set(links)
  foreach(dep ${ARG_DEPS})
    string(REPLACE "/" "_" dep_name "${dep}")
    list(APPEND links millrace_${dep_name})
  endforeach()
  if(sources)
    add_library(millrace_${name} STATIC ${sources})
    target_sources(millrace_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src
                   FILES ${headers})
    set_target_properties(millrace_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    target_link_libraries(millrace_${name} PUBLIC millrace_options ${links} ${ARG_PACKAGES})
  else()
    add_library(millrace_${name} INTERFACE)
    target_link_libraries(millrace_${name} INTERFACE millrace_options ${links} ${ARG_PACKAGES})
  endif()
  if(tests AND MILLRACE_TESTS)
    set(test_links)
    foreach(dep ${ARG_TEST_DEPS})
      string(REPLACE "/" "_" dep_name "${dep}")
      list(APPEND test_links millrace_${dep_name})
    endforeach()
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE millrace_${name} ${test_links} GTest::gmock
                          GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE
                               MILLRACE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_dependencies(unit_tests ${name}_test)
    add_test(NAME ${name}_test COMMAND ${name}_test)
    set_tests_properties(${name}_test PROPERTIES LABELS unit TIMEOUT 300)
  endif()
endfunction()
